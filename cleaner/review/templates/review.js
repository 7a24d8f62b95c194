"use strict";
// Whatever can be reached by a key says so itself: data-key="n ArrowRight". The key does what a click would do.
const byKey = new Map();
for (const element of document.querySelectorAll("[data-key]")) {
  for (const key of element.dataset.key.split(" ")) byKey.set(key, element);
}

const isTyping = (element) => element.matches("input, select, textarea");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.matches("a, button, summary")) return;
  const element = byKey.get(event.key);
  if (!element) return;
  event.preventDefault();
  if (isTyping(element)) element.focus();
  else element.click();
});

// One verdict a page: a second key while the answer is under way would judge a pair that nobody has seen.
let isSent = false;
document.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
addEventListener("pageshow", () => { isSent = false; });

// In the raw view: from one removed span to the next.
const cuts = [...document.querySelectorAll("a.cut:not(.blank)")];
const at = document.getElementById("at");
document.addEventListener("keydown", (event) => {
  const step = { n: 1, ArrowRight: 1, p: -1, ArrowLeft: -1 }[event.key];
  if (!cuts.length || !step || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const here = cuts.findIndex((cut) => cut === at);
  const next = cuts[here < 0 && step < 0 ? cuts.length - 1 : here + step];
  if (next) next.click();
});

// The pair at hand is in sight in the list beside it.
document.querySelector("aside [aria-current]")?.scrollIntoView({ block: "nearest" });
