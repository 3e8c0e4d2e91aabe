"""Gets pictures and answers from servers, politely: slowly, by their rules, under one name."""

from __future__ import annotations

import email.utils
import json
import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
    TimeoutError,
)

from haiga import __version__
from haiga.collection.exchange import CHUNK_BYTES, Line, Turns, Watch
from haiga.collection.partials import Partial
from haiga.collection.picture_bytes import why_no_picture
from haiga.collection.reach import Reach, check_reach, clean_address, host_of, reach_of
from haiga.collection.robots import MOST_BYTES, Robots, read_robots
from haiga.core.collecting import Unobtainable

PROGRAM = "haiga"
"""What robots.txt calls it."""

_TRANSIENT = frozenset((408, 425, 429, 500, 502, 503, 504))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MOST_JSON = 50_000_000
_STATUSES = {
    401: "asks for a password", 403: "may not be had", 404: "is not there",
    410: "was taken away", 451: "is withheld for legal reasons", 429: "was asked for too often",
}  # fmt: skip
_DEAD_AFTER = 3  # things in a row that a server did not answer for


@dataclass(frozen=True)
class Manners:
    """How a server is treated, and how long anything may take.

    `apart_s`: the least time between two requests to one server. `tries` of one thing, with
    waits of `backoff_s`, twice that, four times that …, or as long as the server asks, up to
    `patience_s` each. `deadline_s` is what all transfers of one thing may take together, the
    waits not counted. `contact` (an address of the user's) goes into the User-Agent where
    given; some services ask for one.
    """

    apart_s: float = 1.0
    tries: int = 5
    backoff_s: float = 1.0
    patience_s: float = 120.0
    redirects: int = 5
    connect_s: float = 10.0
    read_s: float = 30.0
    deadline_s: float = 300.0
    most_bytes: int = 200_000_000
    contact: str = ""

    @property
    def user_agent(self) -> str:
        """The one name under which everything is asked for."""
        contact = "".join(c for c in self.contact if c.isprintable() and c.isascii()).strip()
        about = "collects pictures with their licences"
        return f"{PROGRAM}/{__version__} ({about}{'; ' + contact if contact else ''})"


class _Again(Exception):
    """It may work the next time; `wait_s` is what the server asks for."""

    def __init__(self, reason: str, *, wait_s: float = 0.0, silent: bool = False) -> None:
        super().__init__(reason)
        self.wait_s, self.silent = wait_s, silent


class _Status(Unobtainable):
    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class Fetcher:
    """Gets one thing after the other. With a `scratch` folder, what broke off goes on next time.

    Every server's robots.txt is asked for once and kept to. May be used by several threads.
    """

    def __init__(self, manners: Manners | None = None, *, scratch: Path | None = None) -> None:
        self.manners = manners or Manners()
        self._scratch = scratch
        self._line = Line(self.manners.connect_s, self.manners.read_s)
        self._turns = Turns()
        self._robots: dict[str, Robots | str] = {}
        self._robots_lock = threading.RLock()
        self._silent: Counter[str] = Counter()

    def picture(self, address: str, *, told_by: str = "") -> bytes:
        """The bytes at an address, that may be a picture by how they begin.

        `told_by` is the address that named it, which then counts as what began it: nobody
        outside leads into a private network. Raises `Unobtainable` with a clause that reads
        on from the thing's name, and `UserError` when the scratch folder cannot be written.
        """
        return self._get(address, told_by, "image/*,*/*;q=0.5", self.manners.most_bytes,
                         why_no_picture)  # fmt: skip

    def json(
        self,
        address: str,
        params: Mapping[str, str | int] | None = None,
        *,
        told_by: str = "",
        robots: bool = True,
    ) -> Any:
        """What a service answers. Raises `Unobtainable`; no key in `params` gets into its text.

        `robots=False` is for an address that its service documents for programs although
        its robots.txt shuts it to them; where it is used stands why.
        """
        if params:
            address = f"{address}{'&' if '?' in address else '?'}{urlencode(params)}"
        data = self._get(
            address, told_by, "application/json", _MOST_JSON, lambda *_: "", robots=robots,
            keep=False,
        )  # fmt: skip
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            page = why_no_picture(data)
            said = page.replace(", not a picture", "") if page.startswith("is a web") else ""
            raise Unobtainable(said or "gives no sound JSON") from error

    def _get(
        self,
        address: str,
        told_by: str,
        accept: str,
        most: int,
        check: Callable[[bytes, str], str],
        *,
        robots: bool = True,
        keep: bool = True,
    ) -> bytes:
        url = clean_address(address)
        host = host_of(url)
        if self._silent[host] >= _DEAD_AFTER:
            raise Unobtainable(f"was not asked for: {host} did not answer for those before it")
        first = reach_of(clean_address(told_by) if told_by else url)
        task = _Task(
            url, first, {"User-Agent": self.manners.user_agent, "Accept": accept,
                         "Accept-Encoding": "identity"},
            most, check, robots, Partial(self._scratch if keep else None, url),
            self.manners.deadline_s,
        )  # fmt: skip
        for number in range(1, self.manners.tries + 1):
            try:
                data = self._once(task)
            except _Again as again:
                if number == self.manners.tries or task.left_s <= 0:
                    self._silent[host] += again.silent
                    many = f" ({number} tries)" if number > 1 else ""
                    raise Unobtainable(f"{again}{many}") from again
                wait = max(again.wait_s, self.manners.backoff_s * 2 ** (number - 1))
                self._turns.not_before(host, wait)
            else:
                self._silent[host] = 0
                return data
        raise AssertionError("tries is at least 1")

    def _once(self, task: _Task) -> bytes:
        """One try, through all its redirects."""
        url, been = task.url, [task.url]
        while True:
            check_reach(reach_of(url), task.first)
            robots = self._allowed(url, task.first) if task.robots else Robots()
            self._wait(host_of(url), max(self.manners.apart_s, robots.delay_s))
            began = time.monotonic()
            with Watch(task.left_s, task.first) as watch:
                try:
                    with self._line.ask(url, task.asking(), watch) as response:
                        status = response.status
                        if status not in _REDIRECTS:
                            return self._answered(task, response)
                        location = response.headers.get("Location", "")
                except (HTTPError, OSError, ValueError) as error:
                    raise _fault(error, watch, task, self.manners) from error
                finally:
                    task.left_s -= time.monotonic() - began
            if not location:
                raise Unobtainable(f"leads nowhere: a redirect without an address ({status})")
            url = clean_address(
                location.encode("latin-1", "ignore").decode("utf-8", "replace"), url
            )
            if url in been:
                raise Unobtainable("leads round in a circle of redirects")
            been.append(url)
            if len(been) > self.manners.redirects + 1:
                raise Unobtainable(f"leads through more than {self.manners.redirects} redirects")

    def _answered(self, task: _Task, response: urllib3.BaseHTTPResponse) -> bytes:
        status = response.status
        if status == 416 and task.partial.size:
            task.partial.drop()
            raise _Again("changed while it was fetched")
        if status in _TRANSIENT:
            said = _STATUSES.get(status, "was not given: its server is in trouble")
            wait = _retry_after(response.headers.get("Retry-After", ""))
            raise _Again(f"{said} ({status})", wait_s=wait)
        if status not in (200, 206):
            task.partial.drop()
            said = _STATUSES.get(status, "was not given")
            raise _Status(f"{said} ({status})", status)
        return _body(task, response)

    def _wait(self, host: str, apart_s: float) -> None:
        wait = self._turns.take(host, apart_s, self.manners.patience_s)
        if wait < 0:
            asked = self._turns.until(host)
            raise Unobtainable(f"must wait: {host} asks for {asked:,.0f} s; run it again later")
        if wait:
            time.sleep(wait)

    def _allowed(self, url: str, first: Reach) -> Robots:
        """The rules of the server. Raises `Unobtainable` where they forbid the address."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._robots_lock:
            if origin not in self._robots:
                self._robots[origin] = self._read_robots(f"{origin}/robots.txt", first)
            robots = self._robots[origin]
        if isinstance(robots, str):
            raise Unobtainable(f"was not asked for: {robots}")
        if not robots.allows(url):
            raise Unobtainable(f"is not for programs: robots.txt of {parts.netloc} forbids it")
        return robots

    def _read_robots(self, url: str, first: Reach) -> Robots | str:
        """RFC 9309, 2.3.1: no such file allows everything, a server in trouble nothing."""
        host = host_of(url)
        try:
            data = self._get(url, "", "text/plain", MOST_BYTES, lambda *_: "", robots=False,
                             keep=False)  # fmt: skip
        except _Status as refused:
            return Robots() if 400 <= refused.status < 500 else f"robots.txt of {host} {refused}"
        except Unobtainable as error:
            return f"robots.txt of {host} {error}"
        return read_robots(data.decode("utf-8", "replace"), PROGRAM)


@dataclass
class _Task:
    """One thing that is wanted, over all its tries."""

    url: str
    first: Reach
    headers: Mapping[str, str]
    most: int
    check: Callable[[bytes, str], str]
    robots: bool
    partial: Partial
    left_s: float

    def asking(self) -> dict[str, str]:
        """The headers; they ask for the rest where a beginning is there."""
        if not self.partial.size or not self.partial.validator:
            return dict(self.headers)
        going_on = {"Range": f"bytes={self.partial.size}-", "If-Range": self.partial.validator}
        return {**self.headers, **going_on}


def _body(task: _Task, response: urllib3.BaseHTTPResponse) -> bytes:
    """The whole of it, added to what is there. Raises `Unobtainable` and `_Again`."""
    partial, headers = task.partial, response.headers
    if response.status == 206:
        match = re.match(r"bytes (\d+)-\d*/(\d+|\*)", headers.get("Content-Range", ""), re.A)
        if not partial.size or match is None or int(match[1]) != partial.size:
            partial.drop()
            raise _Again("came in the wrong pieces")
    else:
        partial.restart(_validator(headers))
    told = headers.get("Content-Length", "")
    whole = partial.size + int(told) if re.fullmatch(r"\d{1,18}", told, re.A) else 0
    if whole > task.most:
        partial.drop()
        raise Unobtainable(f"is larger than is taken: {_size(whole)}, not {_size(task.most)}")
    packing = headers.get("Content-Encoding", "identity").strip().lower() or "identity"
    plain = packing == "identity"
    kind = headers.get("Content-Type", "")
    begun = not partial.size and plain
    for chunk in _chunks(response):
        if begun and len(chunk) >= 512:  # a web page is not read to its end
            _check(task, chunk, kind)
        begun = False
        partial.append(chunk)
        if partial.size > task.most:
            partial.drop()
            raise Unobtainable(f"is larger than is taken: more than {_size(task.most)}")
    if whole and partial.size < whole:
        raise _Again(f"broke off after {partial.size:,} of {whole:,} bytes")
    data = partial.take()
    if not plain:
        data = _unpacked(data, packing, task.most)
    _check(task, data[:4_096], kind)
    return data


def _chunks(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """As they come: `read1` never waits for more than there is, `read` does until it is full."""
    while chunk := response.read1(CHUNK_BYTES, decode_content=False):
        yield chunk


def _check(task: _Task, start: bytes, kind: str) -> None:
    reason = task.check(start, kind)
    if reason:
        task.partial.drop()
        raise Unobtainable(reason)


def _unpacked(data: bytes, packing: str, most: int) -> bytes:
    """What was packed for the way although nobody asked; never more than `most` bytes."""
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise Unobtainable("came packed in a way that was not asked for")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        out = unpacker.decompress(data, most + 1)
    except zlib.error as error:
        raise Unobtainable("came packed and damaged") from error
    if len(out) > most:
        raise Unobtainable(f"is larger than is taken: more than {_size(most)}")
    return out


def _validator(headers: Mapping[str, str]) -> str:
    """What If-Range takes (RFC 9110, 13.1.5): a strong ETag, else a date; "" for neither."""
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        return ""
    tag = headers.get("ETag", "").strip()
    return tag if tag.startswith('"') else headers.get("Last-Modified", "").strip()


def _retry_after(text: str) -> float:
    """Seconds to wait as a server asks: a number, or a date; 0.0 where it says nothing."""
    if re.fullmatch(r"\s*\d{1,9}\s*", text, re.A):
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return 0.0
    return max(0.0, at.timestamp() - time.time())


def _fault(error: Exception, watch: Watch, task: _Task, manners: Manners) -> Exception:
    """What went wrong on the way, as what must be done about it."""
    there = f", after {task.partial.size:,} bytes" if task.partial.size else ""
    if watch.expired:
        return Unobtainable(f"took longer than {manners.deadline_s:g} s{there}")
    if isinstance(error, NameResolutionError):
        return Unobtainable("names a server that cannot be found")
    if isinstance(error, SSLError):
        return Unobtainable("could not be had safely: the server's certificate is not good")
    if isinstance(error, NewConnectionError):
        return _Again("could not be had: its server does not answer", silent=True)
    if isinstance(error, TimeoutError):
        return _Again(f"could not be had: its server fell silent{there}", silent=True)
    if isinstance(error, (HTTPError, OSError)):
        return _Again(f"could not be had: the connection broke{there}")
    return Unobtainable("could not be had: its server's answer makes no sense")


def _size(number: int) -> str:
    return f"{number / 1e6:,.1f} MB" if number >= 100_000 else f"{number:,} bytes"
