"""Which addresses may be asked: http and https, and nobody is led into a private network."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from haiga.core.collecting import Unobtainable

Reach = Literal["public", "private", "loopback"]
"""Where an address leads: anywhere, a network of one's own, this very machine."""


def clean_address(text: str, base: str = "") -> str:
    """An http or https address as it is asked for: spaces and letters of all kinds quoted.

    `base` is what a relative one is relative to. The fragment is left out. Raises
    `Unobtainable` for any other scheme, control characters, and what is no address.
    """
    stripped = text.strip()
    if any(not c.isprintable() for c in stripped):
        raise Unobtainable("is no address: there are control characters in it")
    try:
        parts = urlsplit(urljoin(base, stripped) if base else stripped)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unobtainable(f"is no address: {error}") from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        begins = f"begins with {scheme}:" if scheme else "has no http:// or https://"
        raise Unobtainable(f"is not asked for: it {begins}; only http and https are")
    if not host:
        raise Unobtainable("is no address: it names no server")
    if parts.username or parts.password:
        raise Unobtainable("is not asked for: it has a user's name or password in it")
    try:
        named = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Unobtainable("is no address: no server can be named so") from error
    named = f"[{named}]" if ":" in named else named
    place = named if port is None else f"{named}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((scheme, place, path, query, ""))


def host_of(address: str) -> str:
    """The server of an address with its port, in lower case: `example.org`, `[::1]:8000`."""
    return urlsplit(address).netloc.lower()


def reach_of(address: str) -> Reach:
    """Where an address leads, by asking for the name; the most private of what it stands for.

    A name that stands for nothing is "public": asking for it will fail by itself. Raises
    `Unobtainable` for what is never asked: a link-local address, where machines that run in
    a cloud give out their keys.
    """
    host = urlsplit(address).hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return "public"
    kinds = [reach_of_ip(str(entry[4][0])) for entry in found]
    return max(kinds, key=_ORDER.index, default="public")


def reach_of_ip(ip: str) -> Reach:
    """Where a numeric address leads. Raises `Unobtainable` for a link-local one."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    address = mapped or address
    if address.is_loopback or address.is_unspecified:
        return "loopback"
    if address.is_link_local:
        raise Unobtainable("is not asked for: it leads to the link-local network")
    return "public" if address.is_global else "private"


def check_reach(there: Reach, first: Reach) -> None:
    """Raises `Unobtainable` when an address that `first` led to is more private than that."""
    if there not in ("public", first):
        where = "this very machine" if there == "loopback" else "a private network"
        raise Unobtainable(f"is not asked for: it leads from outside into {where}")


def check_peer(sock: socket.socket, first: Reach) -> None:
    """The same for a connection that was made: a name may stand for two things in turn."""
    with contextlib.suppress(OSError):
        check_reach(reach_of_ip(str(sock.getpeername()[0])), first)


_ORDER: list[Reach] = ["public", "private", "loopback"]
