"use strict";
for (const list of document.querySelectorAll("[data-list]")) {
  const items = [...list.querySelectorAll("[data-item]")];
  const groups = [...list.querySelectorAll("[data-group]")];
  const tools = document.querySelector(`[data-tools="${list.dataset.list}"]`);
  const page = Number(list.dataset.page);
  const input = tools.querySelector("input");
  const order = tools.querySelector("select");
  const more = tools.querySelector("button");
  const said = tools.querySelector("output");
  const texts = new Map();
  let limit = page;
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let fitting = 0;
    for (const item of items) {
      if (words.length && !texts.has(item)) texts.set(item, item.textContent.toLowerCase());
      const fits = words.every((word) => texts.get(item).includes(word));
      fitting += fits;
      item.hidden = !fits || fitting > limit;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("[data-item]:not([hidden])");
      if (words.length) group.open = true;
    }
    said.textContent = `${Math.min(fitting, limit)} of ${fitting}`;
    more.hidden = fitting <= limit;
  };
  input.addEventListener("input", () => { limit = page; show(); });
  more.addEventListener("click", () => { limit += page; show(); });
  if (order) order.addEventListener("change", () => {
    const sign = order.value === "weakest" ? 1 : -1;
    items.sort((a, b) => sign * (Number(a.dataset[order.value]) - Number(b.dataset[order.value])));
    list.append(...items);
    show();
  });
  tools.hidden = false;
  show();
}
