"""An address where no Ray answers is said to be such in one sentence, within seconds."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from haiga.core.errors import UserError

if importlib.util.find_spec("ray") is None:
    pytest.skip("needs the ray extra", allow_module_level=True)

from haiga.engine.on_ray.address import find_cluster


@pytest.fixture
def listening() -> Iterator[Callable[[bytes], str]]:
    """Starts something on a port of its own that answers every greeting with the same bytes."""
    servers: list[socket.socket] = []

    def start(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve() -> None:
            taken = []
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                taken.append(connection)
                connection.recv(33)
                if answer:
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


def test_a_port_where_nothing_listens_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    begin = time.monotonic()
    with pytest.raises(UserError, match="connection refused"):
        find_cluster(address)
    assert time.monotonic() - begin < 1


def test_what_takes_a_connection_and_stays_silent_is_waited_for_a_few_seconds(
    listening: Callable[[bytes], str],
) -> None:
    address = listening(b"")
    begin = time.monotonic()
    with pytest.raises(UserError, match="within 3 seconds"):
        find_cluster(address)
    assert time.monotonic() - begin < 5


def test_a_web_server_is_no_ray() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(UserError, match="something else answers there|reset"):
            find_cluster(f"127.0.0.1:{server.server_port}")


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_server_that_greets_as_ray_does_is_found(
    listening: Callable[[bytes], str], scheme: str
) -> None:
    address = listening(bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    assert find_cluster(scheme + address) == scheme + address


@pytest.mark.parametrize("text", ["", "somewhere", "host:", "host:port", ":6379", "host:99999"])
def test_what_is_no_address_is_told_what_one_looks_like(text: str) -> None:
    with pytest.raises(UserError, match="is no Ray address: write host:port"):
        find_cluster(text)


def test_auto_names_the_cluster_of_the_environment_or_says_that_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, listening: Callable[[bytes], str]
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(UserError, match="no Ray cluster runs on this machine"):
        find_cluster("auto")
    address = listening(bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    monkeypatch.setenv("RAY_ADDRESS", address)
    assert find_cluster("auto") == address
    with socket.create_server(("127.0.0.1", 0)) as server:
        gone = f"127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setenv("RAY_ADDRESS", gone)
    with pytest.raises(UserError, match=rf"'{gone}', where 'auto' leads \(RAY_ADDRESS names it\)"):
        find_cluster("auto")


def test_the_command_line_says_it_in_one_sentence_and_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    command = [sys.executable, "-m", "haiga", "create", "--count", "2"]
    command += ["--engine", "ray", "--ray-address", address, "--studio", str(tmp_path / "studio")]
    ran = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=60)
    assert ran.returncode == 2
    assert "no Ray cluster answers" in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr
