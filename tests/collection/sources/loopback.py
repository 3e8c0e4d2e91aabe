"""A server of our own on loopback that does what it is told, and everything that servers do."""

from __future__ import annotations

import io
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

from haiga.collection.fetch import Fetcher, Manners

QUICK = Manners(
    apart_s=0.0, backoff_s=0.01, patience_s=2.0, connect_s=2.0, read_s=2.0, deadline_s=10.0
)


def quick(**changed: Any) -> Fetcher:
    """A fetcher that hardly waits."""
    from dataclasses import replace

    scratch = changed.pop("scratch", None)
    return Fetcher(replace(QUICK, **changed), scratch=scratch)


def jpeg(seed: int = 0, side: int = 64) -> bytes:
    """A sound JPEG of noise; the same seed, the same bytes."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


class Handler(BaseHTTPRequestHandler):
    """One request; `asked` are its path and headers, `query` its parameters."""

    protocol_version = "HTTP/1.1"
    server: Loopback

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        with self.server.lock:
            self.server.asked.append((self.path, dict(self.headers), time.monotonic()))
        answer = self.server.answers.get(parts.path)
        if parts.path == "/robots.txt" and answer is None:
            return self.give(404, b"")
        if answer is None:
            return self.give(404, b"nothing here")
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        return None

    @property
    def times(self) -> int:
        """How often this path was asked for so far, this time counted."""
        path = urlsplit(self.path).path
        return sum(urlsplit(p).path == path for p, _, _ in self.server.asked)

    def give(self, status: int, body: bytes, *, length: int | None = None, **headers: str) -> None:
        """An answer; `length` is what is claimed, and header names have _ for -."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None and length != len(body):
            self.wfile.flush()
            self.close_connection = True

    def reset(self) -> None:
        """Break the connection off rudely."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.shutdown(socket.SHUT_RD)
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Loopback(ThreadingHTTPServer):
    """Paths and what answers them; `asked` is every request with its headers and time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Callable[[Handler], None]] = {}
        self.asked: list[tuple[str, dict[str, str], float]] = []
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self) -> list[str]:
        """What was asked for, robots.txt apart."""
        return [path for path, _, _ in self.asked if path != "/robots.txt"]

    def picture(self, path: str, data: bytes) -> str:
        """Serve a picture; its address."""
        self.answers[path] = lambda h: h.give(200, data, Content_Type="image/jpeg")
        return self.url + path

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are part of the tests

    def close(self) -> None:
        self.shutdown()
        self.server_close()
