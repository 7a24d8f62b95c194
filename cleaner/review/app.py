"""How are duplicates judged in a browser?

In: OUT and the decisions file. Out: pages on the loopback address, rendered here; a line in the decisions file for each
verdict, an example in `negatives.toml` beside it for each removal called wrong. What always holds: a request names
pairs, texts and edits by number only, so nothing in it is ever a path; each write is checked by `guard` and is on the
disk before it is answered; the tables are only read.
"""

from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
from flask import Flask, Response, abort, redirect, request, url_for
from waitress import create_server
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as Answer

from cleaner.errors import CleanerError, InputError
from cleaner.review import negatives
from cleaner.review.choice import AMONG, Choice, Chosen, chosen
from cleaner.review.desk import MAX_BESIDE, Desk, Result
from cleaner.review.environment import environment
from cleaner.review.guard import guard
from cleaner.review.ledger import STATES, Ledger, now
from cleaner.review.queue import Ints, Queue
from cleaner.review.raw import WINDOW_CHARS, rebuilt
from cleaner.review.sheet import user
from cleaner.review.verdicts import BUTTONS, named
from cleaner.store import manifest
from cleaner.store.schemas import source_of

ROWS = 50
"""Pairs on one page of the list."""
SAID = {
    "last": "That was the last pair of this choice.",
    "undone": "The latest decision is withdrawn.",
    "nothing": "There is no decision to withdraw.",
    "noted": "Noted. The lines stand in negatives.toml, ready for the rule's keeps.",
}
THREADS = 2


def serve(out: Path, decisions_path: Path, port: int) -> None:
    """Answer requests on the loopback address until the process is stopped; the address is printed.

    Args:
        port: 0 for any that is free.

    Raises:
        InputError: OUT holds no result, or the port is taken.
        DecisionError: the decisions file is broken.
    """
    # Arrow's own pool, and each of its threads, keep what was freed. Source: measured at 100,000 speeches, the peak is
    # 439 MB instead of 542 MB, and no page is slower.
    pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)
    manifest.recover(out)
    manifest.read(out)
    app = create_app(out, decisions_path)
    try:
        server = create_server(app, host="127.0.0.1", port=port, threads=THREADS, ident=None)
    except OSError as error:
        raise InputError(f"port {port}", str(error.strerror), "a free port", "give another --port") from None
    address = f"http://127.0.0.1:{server.effective_port}/"
    print(f"{address}   verdicts go to {decisions_path}; stop with Ctrl-C", flush=True)
    server.run()


def create_app(out: Path, decisions_path: Path) -> Flask:
    """Return the application over the result in OUT."""
    app = Flask("cleaner.review", static_folder=None)
    token = guard(app)
    pages = environment()
    who = user()
    desk, ledger, writing = Desk(out), Ledger(decisions_path, who), Lock()
    negatives_path = decisions_path.parent / "negatives.toml"
    style = "".join(pages.get_template(name).render() for name in ("base.css", "review.css"))
    script = pages.get_template("review.js").render()
    desk.result().warm()
    ledger.read()

    def page(name: str, **values: Any) -> str:
        said = SAID.get(request.args.get("said", ""), "")
        common = {"token": token, "said": said, "error": "", "url": url_for, "states": STATES, "among": AMONG}
        return pages.get_template(name).render(common | values)

    def look(number: int | None = None) -> tuple[Choice, Result, Queue, Ints, Chosen]:
        choice, result = Choice.of(request.args), desk.result()
        queue = result.queue(choice.level)
        if number is not None and number >= len(queue):
            abort(404, "There is no pair of that number in this result.")
        states = ledger.states(queue)
        return choice, result, queue, states, chosen(choice, queue, states, result.threshold(choice.level))

    def same_page(queue: Queue, *texts: int) -> None:
        if request.args.get("of") != queue.mark(*texts):
            abort(409, "A run has put another result in place since this page was loaded. Load it again.")

    def show_pair(number: int, error: str = "") -> str:
        choice, result, queue, states, found = look(number)
        cluster = queue.cluster(number)
        return page(
            "pair.html.j2", choice=choice, result=result, queue=queue, found=found, number=number, error=error,
            pair_states=states, view=result.pair(choice.level, number), n_beside=len(cluster),
            beside=[(other, bool(queue.is_near[other])) for other in cluster[:MAX_BESIDE].tolist()],
            after=found.near(number, 1), before=found.near(number, -1), buttons=BUTTONS[choice.level],
        )  # fmt: skip

    @app.get("/")
    def index() -> str:
        choice, result, queue, states, found = look()
        at = max(0, request.args.get("from", 0, int))
        return page(
            "queue.html.j2", choice=choice, result=result, queue=queue, found=found, pair_states=states,
            rows=found.pairs[at : at + ROWS].tolist(), at=at, n_rows=ROWS,
        )  # fmt: skip

    @app.get("/pair/<int:number>")
    def pair(number: int) -> str:
        return show_pair(number)

    @app.post("/decide/<int:number>/<verdict>")
    def decide(number: int, verdict: str) -> Answer | tuple[str, int]:
        choice, _, queue, states, _ = look(number)
        if verdict not in BUTTONS[choice.level] or queue.is_same_text[number]:
            abort(404, "There is no such verdict on this pair.")
        same_page(queue, queue.first[number], queue.second[number])
        texts = named(queue, number, verdict, states)
        try:
            with writing:
                ledger.give(choice.level, BUTTONS[choice.level][verdict].verdict, *texts)
        except CleanerError as error:
            return show_pair(number, str(error)), 409
        after = look(number)[-1].near(number, 1)
        if after is None:
            return redirect(f"{url_for('pair', number=number)}?{choice.query()}&said=last", 303)
        return redirect(f"{url_for('pair', number=after)}?{choice.query()}", 303)

    @app.post("/undo/<int:number>")
    def undo(number: int) -> Answer:
        choice, result, *_ = look(number)
        with writing:
            latest = ledger.undo()
        if latest is None:
            return redirect(f"{url_for('pair', number=number)}?{choice.query()}&said=nothing", 303)
        back = result.queue(latest.level).find(latest.texts, latest.ids)
        number = number if back is None and latest.level == choice.level else back or 0
        return redirect(f"{url_for('pair', number=number)}?{choice.query(level=latest.level)}&said=undone", 303)

    @app.get("/raw/<level>/<int:text>")
    def raw(level: str, text: int) -> str:
        result = desk.result()
        queue = result.queue(level) if level in AMONG["level"] else abort(404)
        if text >= len(queue.names):
            abort(404, "There is no text of that number in this result.")
        source = source_of(queue.name(text))
        found = rebuilt(result.tables, source)
        chosen_at = request.args.get("at", None, int)
        start = chosen_at if chosen_at is not None else found.begin_of(queue.name(text))
        window = min(max(0, request.args.get("window", start // WINDOW_CHARS, int)), found.n_windows - 1)
        noted = {(row["start"], row["end"]) for row in negatives.read(negatives_path) if row["source"] == source}
        return page(
            "raw.html.j2", level=level, text=text, source=source, found=found, window=window, noted=noted,
            start=start, chosen=found.edit_at(chosen_at), whys=result.whys, choice=Choice.of(request.args),
            mark=queue.mark(text), back=queue.find((), [queue.name(text)]) or 0,
        )  # fmt: skip

    @app.post("/wrong/<level>/<int:text>/<int:at>")
    def wrong(level: str, text: int, at: int) -> Answer:
        result = desk.result()
        queue = result.queue(level) if level in AMONG["level"] else abort(404)
        if text >= len(queue.names):
            abort(404, "There is no text of that number in this result.")
        same_page(queue, text)
        found = rebuilt(result.tables, source_of(queue.name(text)))
        edit = found.edit_at(at)
        if edit is None or not edit["removed"].strip():
            abort(404, "Nothing that can be seen was removed there.")
        with writing:
            negatives.append(negatives_path, negatives.negative(edit, found.text, who, now()))
        query = Choice.of(request.args).query()
        return redirect(f"{url_for('raw', level=level, text=text)}?{query}&at={at}&said=noted#at", 303)

    @app.get("/review.css")
    def css() -> Response:
        return Response(style, mimetype="text/css")

    @app.get("/review.js")
    def js() -> Response:
        return Response(script, mimetype="text/javascript")

    @app.errorhandler(SecurityError)
    def unknown_host(error: SecurityError) -> Response:
        return Response("400: this server is named localhost or 127.0.0.1.\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int]:
        return page("refused.html.j2", title=error.name, why=error.description or ""), error.code or 500

    @app.errorhandler(CleanerError)
    def failed(error: CleanerError) -> tuple[str, int]:
        return page("refused.html.j2", title="This cannot be shown now", why=str(error)), 503

    return app
