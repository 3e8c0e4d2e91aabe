"""One request and its answer: watched, so that it ends at its deadline whatever a server does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import TracebackType

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from haiga.collection.reach import Reach, check_peer

CHUNK_BYTES = 65_536


class Watch:
    """Cuts the connection under way when the time is up; `expired` says that it did.

    Timeouts of single reads do not end a server that sends a byte now and then, nor one that
    does so within its headers. `first` is where the address led that began it: a connection
    to anything more private is refused before a word is sent.
    """

    def __init__(self, seconds: float, first: Reach) -> None:
        self.first: Reach = first
        self.expired = False
        self.socket: socket.socket | None = None
        self._timer = threading.Timer(max(seconds, 0.0), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._token = _WATCH.set(self)
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self.socket = None
        _WATCH.reset(self._token)

    def _cut(self) -> None:
        self.expired = True
        under_way = self.socket
        if under_way is not None:
            with contextlib.suppress(OSError):  # a TLS socket's own method forgets its state
                socket.socket.shutdown(under_way, socket.SHUT_RDWR)


_WATCH: ContextVar[Watch | None] = ContextVar("_WATCH", default=None)


def _watched(sock: socket.socket | None) -> None:
    watch = _WATCH.get()
    if watch is not None and sock is not None:
        watch.socket = sock


def _made(sock: socket.socket) -> socket.socket:
    watch = _WATCH.get()
    if watch is not None:
        try:
            check_peer(sock, watch.first)
        except BaseException:
            sock.close()
            raise
    _watched(sock)
    return sock


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _made(super()._new_conn())

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        _watched(self.sock)  # one that was kept open
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _made(super()._new_conn())

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        _watched(self.sock)
        super().putrequest(method, url, skip_host, skip_accept_encoding)

    def connect(self) -> None:
        super().connect()
        _watched(self.sock)  # the TLS socket has taken the plain one's place


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Line:
    """Connections to servers, kept open between requests; one for each reach."""

    def __init__(self, connect_s: float, read_s: float) -> None:
        self._timeout = urllib3.Timeout(connect=connect_s, read=read_s)
        self._managers: dict[Reach, urllib3.PoolManager] = {}

    @contextlib.contextmanager
    def ask(
        self, address: str, headers: Mapping[str, str], watch: Watch
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The answer to a GET, its body unread and packed as it came; redirects not followed.

        Raises what urllib3 raises, and `Unobtainable` where the connection leads to a place
        more private than the watch allows.
        """
        response = self._manager(watch.first).request(
            "GET", address, headers=dict(headers), timeout=self._timeout, redirect=False,
            retries=False, preload_content=False, decode_content=False,
        )  # fmt: skip
        whole = False
        try:
            yield response
            whole = response.closed
        finally:
            if not whole:
                response.close()  # what is left of it would hold the next answer up
            response.release_conn()

    def _manager(self, first: Reach) -> urllib3.PoolManager:
        if first not in self._managers:
            manager = urllib3.PoolManager(num_pools=20)
            manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
            self._managers[first] = manager
        return self._managers[first]


class Turns:
    """When each server may be asked again: never sooner than it wants."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, host: str, apart_s: float, patience_s: float) -> float:
        """Take a server's next turn: the seconds until it comes, and -1.0 when it is too far off.

        The caller waits. `apart_s` is what the turn after this one waits for.
        """
        with self._lock:
            now = time.monotonic()
            at = max(self._next.get(host, now), now)
            if at - now > patience_s:
                return -1.0
            self._next[host] = at + apart_s
            return at - now

    def not_before(self, host: str, seconds: float) -> None:
        """A server asked to be left alone for so long."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), time.monotonic() + seconds)

    def until(self, host: str) -> float:
        """The seconds until a server's next turn."""
        with self._lock:
            return max(0.0, self._next.get(host, 0.0) - time.monotonic())
