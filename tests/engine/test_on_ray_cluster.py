"""A cluster of two machines, both of them this one: joined, and one of them lost on the way."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if importlib.util.find_spec("ray") is None:
    pytest.skip("needs the ray extra", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]

DRIVER = """
import json
import sys
from pathlib import Path

import ray_steps

from haiga.engine import schedule
from haiga.engine.on_ray import RayBackend
from haiga.engine.plan import Call, Pipeline, Step

copy = Call("command", command=("cp", "{slow}", "{out}"))
plan = Pipeline(
    (
        Step("slow", call=Call("values", "ray_steps:slow"), retries=3, makes="text"),
        Step("copy", inputs=("slow",), call=copy, retries=3, makes="text"),
    )
)
backend = RayBackend(
    ray_steps.KINDS, kinds_at="ray_steps:KINDS", home=Path(sys.argv[2]), address=sys.argv[1]
)


def tell(event):
    print(event.line(), flush=True)


print(json.dumps({"kind": "joined", "cpu": backend.capacity.cpu}), flush=True)
for run in schedule.run(plan, [(str(i), i) for i in range(10)], backend=backend, on_event=tell):
    print(json.dumps({"kind": "run", "item": run.item, "copy": run.values["copy"]}), flush=True)
backend.close()
"""


@pytest.fixture
def environ() -> dict[str, str]:
    folder = str(Path(__file__).parent)
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0123456789abcdef" * 4}
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": folder, "RAY_worker_niceness": "0"}
    return {**os.environ, **token, **quiet}


@contextlib.contextmanager
def machine(environ: dict[str, str], *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A machine with one processor, as its owner would start it; killed at the end."""
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", *more, "--block"]
    command += ["--num-cpus", "1", "--object-store-memory", "100000000", "--disable-usage-stats"]
    process = subprocess.Popen(
        command,
        env=environ,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_run_goes_on_and_ends_whole_when_one_of_two_machines_is_lost(
    environ: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    head = ("--head", "--port", str(port), "--include-dashboard", "false")
    short = tempfile.TemporaryDirectory(prefix="hr", dir="/tmp", ignore_cleanup_errors=True)
    with short as folder, machine(environ, *head, "--temp-dir", folder):
        wait_for_nodes(environ, port, 1)
        with machine(environ, "--address", f"127.0.0.1:{port}") as other:
            wait_for_nodes(environ, port, 2)
            told = drive(environ, port, tmp_path, other)
    assert told[0] == {"kind": "joined", "cpu": 2.0}
    runs = [line for line in told if line["kind"] == "run"]
    assert [run["item"] for run in runs] == [str(i) for i in range(10)]
    assert all(run["copy"].startswith("of ") for run in runs)
    assert "retried" in [line["kind"] for line in told]


def drive(
    environ: dict[str, str], port: int, folder: Path, lost: subprocess.Popen[bytes]
) -> list[dict[str, object]]:
    """Runs the plan; kills a machine once two steps have ended."""
    command = [sys.executable, "-c", DRIVER, f"127.0.0.1:{port}", str(folder / "environments")]
    told: list[dict[str, object]] = []
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as driver:
        assert driver.stdout is not None
        for line in driver.stdout:
            assert line.startswith("{"), line + driver.stdout.read()
            told.append(json.loads(line))
            done = [one for one in told if one["kind"] == "done" and one["step"] == "slow"]
            if len(done) == 2:
                kill(lost)
    assert driver.returncode == 0
    return told


def wait_for_nodes(environ: dict[str, str], port: int, count: int) -> None:
    """Until the cluster has so many machines."""
    code = (
        "import sys, time, ray\n"
        "from haiga.engine.on_ray import Connection\n"
        "from haiga.engine.on_ray.machines import machines\n"
        f"connection = Connection('127.0.0.1:{port}')\n"
        f"while len(machines()) < {count}: time.sleep(0.2)\n"
    )
    deadline = time.monotonic() + 60
    while True:
        ran = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60
        )
        if ran.returncode == 0:
            return
        assert time.monotonic() < deadline, ran.stderr
