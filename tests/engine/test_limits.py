"""What a step uses is seen while it runs, and what it is told of threads and GPUs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from haiga.engine.limits import (
    MemoryWatch,
    descendants,
    kill_those_at_home,
    kill_tree,
    thread_variables,
    visible_gpus,
)
from haiga.engine.plan import Needs

FAMILY = """
import os, subprocess, sys, time
held = b"x" * 120_000_000
child = subprocess.Popen([sys.executable, "-c", "import time; held = b'y' * 60_000_000; "
                          "print(flush=True); time.sleep(60)"], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def family() -> Iterator[tuple[int, int]]:
    """A process with 120 MB, child of this one, and its child with 60 MB."""
    parent = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    yield parent.pid, child
    kill_tree(parent.pid)
    parent.wait()


def test_memory_is_that_of_all_descendants_and_the_most_is_remembered(
    family: tuple[int, int],
) -> None:
    parent, child = family
    assert {parent, child} <= set(descendants(os.getpid()))
    assert descendants(parent) == [child]
    watch = MemoryWatch(parent)  # the process itself is its keeper, and is not counted
    assert watch.exceeds(50)
    assert not watch.exceeds(100)
    assert 57 <= watch.peak_mb < 100
    whole = MemoryWatch(os.getpid())
    assert whole.exceeds(160)
    assert not whole.exceeds(1000)


def test_a_tree_is_ended_whole(family: tuple[int, int]) -> None:
    parent, child = family
    kill_tree(parent)
    deadline = time.monotonic() + 5
    state = Path(f"/proc/{child}/stat")
    while state.exists() and "Z" not in state.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not state.exists() or "Z" in state.read_text()


def test_those_who_call_a_folder_their_home_are_ended_and_no_others(tmp_path: Path) -> None:
    homes = [tmp_path / "work-1", tmp_path / "work-10"]
    started = [
        subprocess.Popen(["sleep", "60"], env={**os.environ, "HOME": str(home)}) for home in homes
    ]
    time.sleep(0.05)
    kill_those_at_home(homes[0])
    assert started[0].wait(5) == -9
    assert started[1].poll() is None
    started[1].kill()
    started[1].wait()


def test_threads_are_as_many_as_the_processors_a_step_needs() -> None:
    assert set(thread_variables(Needs(cpu=0.5)).values()) == {"1"}
    assert thread_variables(Needs(cpu=2))["OMP_NUM_THREADS"] == "2"


def test_lent_gpus_are_counted_among_those_that_this_process_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert (visible_gpus(()), visible_gpus((0, 2))) == ("", "0,2")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,GPU-5")
    assert visible_gpus((0, 1)) == "3,GPU-5"
