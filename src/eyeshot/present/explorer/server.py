"""The explorer as a local app: a page on this machine that also takes layer-list files.

Only this machine can reach it. Whoever asks must know the token in the page's address, so that other users and other
pages in the browser cannot; and must ask for this host by its own name, so that no foreign name can be pointed at it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from eyeshot.errors import EyeshotError, InputError
from eyeshot.present.escape import visible
from eyeshot.present.explorer.page import page_of

__all__ = ["LocalApp"]

MOST_BYTES = 1_000_000
"""Largest layer list that is taken."""

_HOST = "127.0.0.1"
_SECONDS = 20
_MOST_NAME = 300

Reader = Callable[[str, bytes], dict[str, Any]]


class LocalApp:
    """A server of one page.

    Parameters
    ----------
    data : dict
        What the page is given.
    read : function of a file's name and bytes
        The document of a layer-list file; its `EyeshotError` is shown in the page.
    port : int
        The port; 0 for any that is free.

    Raises
    ------
    InputError
        If the port cannot be had.
    """

    def __init__(self, data: dict[str, Any], read: Reader, port: int = 0) -> None:
        self.token = secrets.token_urlsafe(24)
        self._read = read
        self._page = page_of({**data, "home": "app", "token": self.token}, connects=True).encode("utf-8")
        app = self

        class Handler(_Handler):
            """Requests to this app."""

            def __init__(self, *arguments: Any) -> None:
                self.app = app
                super().__init__(*arguments)

        try:
            self._server = _Server((_HOST, port), Handler)
        except (OSError, OverflowError) as error:
            raise InputError(f"port {port} of {_HOST} cannot be had: {error}; name another `--port`") from error
        self.port: int = self._server.server_address[1]

    @property
    def address(self) -> str:
        """Where the page is, token included."""
        return f"http://{_HOST}:{self.port}/?token={self.token}"

    def run(self) -> None:
        """Answer until `close` is called from another thread, or the program is interrupted."""
        self._server.serve_forever(poll_interval=0.2)

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def page(self) -> bytes:
        """The page."""
        return self._page

    def knows(self, token: str) -> bool:
        """Whether a token is this app's, compared in constant time."""
        return hmac.compare_digest(token.encode("utf-8"), self.token.encode("utf-8"))

    def is_own(self, host: str) -> bool:
        """Whether a host that was asked for is this app's own name."""
        return host.lower() in {f"{_HOST}:{self.port}", f"localhost:{self.port}"}

    def answer(self, name: str, data: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
        """The document of a dropped file, or why there is none."""
        try:
            return HTTPStatus.OK, {"document": self._read(name, data)}
        except EyeshotError as error:
            return HTTPStatus.BAD_REQUEST, {"error": visible(" ".join(str(error).split()))}


class _Server(ThreadingHTTPServer):
    """A thread for each request; none of them keeps the program alive."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of faults of our own; a browser that went away or fell silent is none."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers two requests: the page, and a dropped layer list."""

    app: LocalApp
    timeout = _SECONDS
    server_version = "eyeshot"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The page."""
        where = urlsplit(self.path)
        if not self._is_for_us():
            return
        if where.path != "/":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
        elif not self.app.knows(parse_qs(where.query).get("token", [""])[0]):
            self._refuse(HTTPStatus.FORBIDDEN, "the address must hold the token that eyeshot printed")
        else:
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", self.app.page())

    def do_POST(self) -> None:
        """The document of a layer list."""
        if not self._is_for_us():
            return
        if self.path != "/layers":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
        elif not self.app.knows(self.headers.get("X-Eyeshot-Token", "")):
            self._refuse(HTTPStatus.FORBIDDEN, "the request must hold the page's token")
        else:
            self._take_layers()

    def _take_layers(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or len(length) > 12:
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "the request must say how long the file is")
            return
        if int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a layer list must have at most {MOST_BYTES:,} bytes")
            return
        name = unquote(self.headers.get("X-File-Name", ""))[-_MOST_NAME:]
        status, found = self.app.answer(name, self.rfile.read(int(length)))
        self._send(status, "application/json", json.dumps(found).encode("utf-8"))

    def _is_for_us(self) -> bool:
        origin = self.headers.get("Origin")
        own = self.app.is_own(self.headers.get("Host", ""))
        if own and (origin is None or self.app.is_own(origin.removeprefix("http://"))):
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "this address is only for this machine's own name")
        return False

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._send(status, "application/json", json.dumps({"error": why}).encode("utf-8"))

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        # One answer for each connection: a body that was refused is never taken for the next request, and an app that
        # has ended is silent.
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal belongs to who started the app."""
