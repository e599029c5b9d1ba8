"""The witness as an HTTP driver: ``POST /banc/v1/actions`` and ``GET /banc/v1/capabilities``."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[[dict[str, Any]], dict[str, Any]]
MAX_ACTION = 4 * 2**20


def server(act: Act, capabilities: list[str], *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A server ready to serve, on loopback unless told otherwise; ``port`` 0 takes any free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one segment: in two, the second waits 40 ms for the peer's delayed ACK

        def do_GET(self) -> None:
            if self.path == "/banc/v1/capabilities":
                self._answer(HTTPStatus.OK, {"banc": 1, "capabilities": capabilities})
            else:
                self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/banc/v1/actions" or not 0 < length <= MAX_ACTION:
                self.close_connection = True
                self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})
                return
            self._answer(HTTPStatus.OK, act(json.loads(self.rfile.read(length))))

        def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
            data = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Silent: what crosses the wire is the bench's to tell."""

    return ThreadingHTTPServer((host, port), Handler)
