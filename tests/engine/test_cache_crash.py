"""A run that is killed anywhere ends, when run again, as if nothing had happened."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crash_plan import check_after_kills, instants, run_and_die, sweep

SCRIPT = Path(__file__).with_name("crash_plan.py")
KILL_9 = pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")


def test_a_run_that_is_killed_at_any_instant_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    """Fifty of the 10,000 that `benchmarks/crashes.py` tries."""
    hit = sweep(tmp_path, 50, random.Random(7))
    assert len(hit) > 10


def test_the_instants_are_those_that_matter(tmp_path: Path) -> None:
    points = set(instants(tmp_path))
    assert {
        "before file", "half of a file", "before rename", "after rename", "before record",
        "before commit of record", "after record", "inside painting", "after painting",
        "event queued", "event started", "event done",
    } <= points  # fmt: skip


@KILL_9
@pytest.mark.parametrize(
    ("point", "number"),
    [("half of a file", 2), ("after rename", 1), ("before commit of record", 5),
     ("after record", 4), ("event done", 3)],
)  # fmt: skip
def test_a_process_that_kill_9_ends_at_a_boundary_goes_on(
    tmp_path: Path, point: str, number: int
) -> None:
    right = run_and_die(tmp_path / "right")
    command = [sys.executable, SCRIPT, tmp_path / "run", point, str(number)]
    ended = subprocess.run(command, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    check_after_kills(tmp_path / "run", right)


@KILL_9
def test_a_process_that_is_killed_at_random_goes_on(tmp_path: Path) -> None:
    right = run_and_die(tmp_path / "right")
    chance = random.Random(3)
    for number in range(4):
        with subprocess.Popen(
            [sys.executable, SCRIPT, tmp_path / str(number)], stdout=subprocess.DEVNULL
        ) as run:
            time.sleep(chance.uniform(0.15, 0.8))
            run.kill()
        check_after_kills(tmp_path / str(number), right)
