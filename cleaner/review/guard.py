"""Who may ask, and who may write?

In: an application that listens on the loopback address. What always holds: a request is answered only if it names this
machine as its host, which a page that has rebound a name of its own to 127.0.0.1 cannot do; a write also needs the
origin of these pages and the token that stands in them; an answer can run, load and send nothing but these pages' own.

Source: OWASP Cheat Sheets, "Cross-Site Request Forgery Prevention" and "DNS rebinding"; Flask's `TRUSTED_HOSTS`.
"""

from hmac import compare_digest
from secrets import token_urlsafe

from flask import Flask, Response, abort, request

HOSTS = ("127.0.0.1", "localhost")
MAX_BODY_BYTES = 65_536
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guard(app: Flask) -> str:
    """Let `app` answer only what is allowed; return the token that a write must show."""
    token = token_urlsafe(32)
    app.config |= {"TRUSTED_HOSTS": list(HOSTS), "MAX_CONTENT_LENGTH": MAX_BODY_BYTES}

    @app.before_request
    def check() -> None:
        if request.method in ("GET", "HEAD"):
            return
        if request.headers.get("Origin") != f"http://{request.host}":
            abort(403, "This write came from another page.")
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(403, "This write came from another site.")
        if not compare_digest(request.form.get("token", "").encode(), token.encode()):
            abort(403, "The server was started anew since this page was loaded. Load the page again.")

    @app.after_request
    def seal(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return token
