"""Whether something answers at a Ray address, asked before Ray is: it would wait very long."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from haiga.core.errors import UserError

ANSWER_S = 3.0
"""How long an address may take to answer."""

CLIENT = "ray://"
_CLIENT_PORT, _HEAD_PORT = 10001, 6379
# What a gRPC server is greeted with: the preface of HTTP/2 and empty settings (RFC 9113, 3.4).
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_SETTINGS = 4  # the type of the frame that the answer begins with


def find_cluster(address: str) -> str:
    """The address of a cluster that answers: "host:port" or "ray://host:port".

    "auto" is the cluster that `RAY_ADDRESS` names or, where it names none, that runs on this
    machine. Raises `UserError` after at most `ANSWER_S` seconds where none answers.
    """
    origin = ""
    if address == "auto":
        named = os.environ.get("RAY_ADDRESS", "")
        address = named or _own_cluster()
        by = "RAY_ADDRESS names it" if named else "the last cluster that ran on this machine"
        origin = f", where 'auto' leads ({by})"
    client = address.startswith(CLIENT)
    host, port = _host_and_port(address.removeprefix(CLIENT), _CLIENT_PORT if client else None)
    fault = _fault(host, port)
    if fault:
        raise UserError(
            f"no Ray cluster answers at '{address}'{origin}: {fault}; is it running there "
            f"('ray start --head --port {_HEAD_PORT}') and may this machine reach it?"
        )
    return f"{CLIENT if client else ''}{host}:{port}"


def _own_cluster() -> str:
    note = Path(tempfile.gettempdir()) / "ray" / "ray_current_cluster"
    try:
        return note.read_text("utf-8").strip()
    except OSError as error:
        raise UserError(
            "no Ray cluster runs on this machine and RAY_ADDRESS names none: start one with 'ray "
            "start --head', or leave the address out and haiga starts its own"
        ) from error


def _host_and_port(text: str, port: int | None) -> tuple[str, int]:
    host, colon, number = text.rpartition(":")
    if not colon and port is not None:
        return text, port
    if host and number.isdigit() and 0 < int(number) < 65536:
        return host.strip("[]"), int(number)
    raise UserError(
        f"'{text}' is no Ray address: write host:port ('10.0.0.5:{_HEAD_PORT}'), "
        f"'{CLIENT}host:{_CLIENT_PORT}' or 'auto'"
    )


def _fault(host: str, port: int) -> str:
    """Why nothing answers there as Ray does, as one clause; "" where something does."""
    try:
        with socket.create_connection((host, port), timeout=ANSWER_S) as connection:
            if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
                return ""  # only Ray can greet it
            connection.settimeout(ANSWER_S)
            connection.sendall(_GREETING)
            answer = connection.recv(9)
    except TimeoutError:
        return f"nothing answered within {ANSWER_S:g} seconds"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return "" if len(answer) > 3 and answer[3] == _SETTINGS else "something else answers there"
