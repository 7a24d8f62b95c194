"""A stand-in for a Hadoop file system behind a network: a folder served by the REST calls of WebHDFS.

Hadoop's own client speaks to it, as `webhdfs://host:port/…`; what it was asked to change is kept in order. Source of
the calls: "WebHDFS REST API" of Apache Hadoop 3. No answer names its media type, as a true server would: the client
among the jars of the pip package of Spark 4 then looks for a class of jersey that is not among them.
"""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

PREFIX = "/webhdfs/v1"


class Server(ThreadingHTTPServer):
    """Serves `folder`; refuses to create what `refused` names."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.refused = folder, ""
        self.opened: list[str] = []
        self.changed: list[tuple[str, str]] = []
        self.uri = f"webhdfs://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    """Answers one call."""

    server: Server
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Take any method: the call is named in the query."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = unquote(parts.path.encode("latin-1").decode().removeprefix(PREFIX)).strip("/")
        try:
            getattr(self, query["op"].lower())(name, query)
        except FileNotFoundError as error:
            self.refuse(404, "FileNotFoundException", "java.io.FileNotFoundException", str(error))

    def getfilestatus(self, name: str, _: dict[str, str]) -> None:
        """Tell what a path is."""
        self.tell({"FileStatus": status(self.server.folder / name, "")})

    def liststatus(self, name: str, _: dict[str, str]) -> None:
        """Tell what stands in a folder."""
        found = [status(path, path.name) for path in sorted((self.server.folder / name).iterdir())]
        self.tell({"FileStatuses": {"FileStatus": found}})

    def getfileblocklocations(self, *_: object) -> None:
        """Tell nothing of where the bytes of a file are."""
        self.tell({"BlockLocations": {"BlockLocation": []}})

    def open(self, name: str, query: dict[str, str]) -> None:
        """Give a file, by way of another address."""
        if self.sent_on(query):
            return
        self.server.opened.append(name)
        self.answer(200, (self.server.folder / name).read_bytes())

    def create(self, name: str, query: dict[str, str]) -> None:
        """Take a file, by way of another address."""
        if self.sent_on(query):
            return
        content = self.content()
        if self.server.refused and self.server.refused in name:
            self.refuse(403, "IOException", "java.io.IOException", "the quota is exceeded")
            return
        self.server.changed.append(("CREATE", name))
        path = self.server.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.answer(201, b"")

    def mkdirs(self, name: str, _: dict[str, str]) -> None:
        """Make a folder."""
        self.server.changed.append(("MKDIRS", name))
        (self.server.folder / name).mkdir(parents=True, exist_ok=True)
        self.tell({"boolean": True})

    def delete(self, name: str, _: dict[str, str]) -> None:
        """Remove a file, or a folder with all that is in it."""
        self.server.changed.append(("DELETE", name))
        path = self.server.folder / name
        is_there = path.exists()
        if path.is_dir():
            shutil.rmtree(path)
        elif is_there:
            path.unlink()
        self.tell({"boolean": is_there})

    def sent_on(self, query: dict[str, str]) -> bool:
        """Send the client to where the bytes are, as the node of names does; say whether it has not been sent yet."""
        if "sent" in query:
            return False
        self.content()
        self.send_response(307)
        there = quote(self.path.encode("latin-1"), safe="/?&=%")
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}{there}&sent=1")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def content(self) -> bytes:
        """Return the body of the request."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def tell(self, said: dict[str, Any]) -> None:
        """Answer in JSON."""
        self.answer(200, json.dumps(said).encode())

    def refuse(self, code: int, kind: str, java_class: str, message: str) -> None:
        """Answer as a Java exception."""
        said = {"RemoteException": {"exception": kind, "javaClassName": java_class, "message": message}}
        self.answer(code, json.dumps(said).encode())

    def answer(self, code: int, body: bytes) -> None:
        """Answer."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""


def status(path: Path, suffix: str) -> dict[str, Any]:
    """Return what Hadoop wants to know of a path."""
    found = path.stat()
    return {
        "pathSuffix": suffix, "type": "DIRECTORY" if path.is_dir() else "FILE", "owner": "o", "group": "g",
        "length": 0 if path.is_dir() else found.st_size, "modificationTime": found.st_mtime_ns // 1_000_000,
        "accessTime": 0, "blockSize": 1 << 27, "permission": "644", "replication": 1,
    }  # fmt: skip
