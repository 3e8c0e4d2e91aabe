"""`haiga create --workers`: many pieces at once, the same to the byte as one after the other."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SEED, COUNT = 5, 4


def haiga(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "haiga", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def pieces(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


def files(piece: dict[str, Any]) -> list[str]:
    kinds = ("painting", "styled", "sheet")
    return [hashlib.sha256(Path(piece[kind]).read_bytes()).hexdigest() for kind in kinds]


@pytest.fixture(scope="module")
def one_after_the_other(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    studio = tmp_path_factory.mktemp("alone") / "studio"
    ran = haiga("create", "--count", COUNT, "--seed", SEED, "--json", "--studio", studio)
    assert ran.returncode == 0, ran.stderr
    return pieces(ran.stdout)


@pytest.mark.slow
def test_pieces_made_two_at_a_time_are_the_same_to_the_byte(
    one_after_the_other: list[dict[str, Any]], tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    ran = haiga("create", "--count", COUNT, "--seed", SEED, "--workers", 2, "--json",
                "--studio", tmp_path / "studio", "--events", events)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    made = pieces(ran.stdout)
    assert [piece["id"] for piece in made] == [piece["id"] for piece in one_after_the_other]
    assert [files(piece) for piece in made] == [files(piece) for piece in one_after_the_other]
    told = [json.loads(line) for line in events.read_text().splitlines()]
    done = [e for e in told if e["kind"] == "done" and e["step"] == "finish"]
    assert sorted(e["item"] for e in done) == [str(SEED + i) for i in range(COUNT)]
    assert all(e["peak_mb"] > 50 and e["seconds"] > 0 for e in done)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_pieces(
    one_after_the_other: list[dict[str, Any]], tmp_path: Path
) -> None:
    studio = tmp_path / "studio"
    command = [sys.executable, "-m", "haiga", "create", "--count", str(COUNT), "--seed",
               str(SEED), "--workers", "2", "--json", "--studio", str(studio)]  # fmt: skip
    for lines in (1, 2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            for _ in range(lines):
                assert run.stdout.readline()
            os.kill(run.pid, signal.SIGKILL)
    time.sleep(0.5)
    ran = haiga(*command[3:])
    assert ran.returncode == 0, ran.stderr
    assert [files(piece) for piece in pieces(ran.stdout)] == [
        files(piece) for piece in one_after_the_other
    ]
    held = haiga("list", "--json", "--studio", studio)
    assert len(pieces(held.stdout)) == COUNT


def test_an_unknown_engine_and_a_number_of_workers_that_cannot_be_are_told(tmp_path: Path) -> None:
    at = ("--studio", tmp_path / "studio")
    assert haiga("create", "--engine", "rai", *at).stderr.strip() == (
        "haiga: no engine named 'rai'; did you mean 'ray'?"
    )
    assert "--workers: 0 is outside 1 to 512" in haiga("create", "--workers", 0, *at).stderr
    told = haiga("create", "--ray-address", "10.0.0.1:6379", *at)
    assert "--ray-address is for --engine ray" in told.stderr
    assert told.returncode == 2
