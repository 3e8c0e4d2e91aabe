"""Ctrl-C at any moment: one line, exit code 130, nothing half done; and two at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.media.pictures import picture_digest, read_picture, read_recipe

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on Unix")


def start(work: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "haiga", *arguments],
        cwd=work,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def check_studio(run: Any, work: Path) -> int:
    """Every listed piece is whole; how many there are."""
    if not (work / "studio" / "studio.sqlite3").exists():
        return 0
    listed = run("list", "--studio", "studio", "--json")
    assert listed.code == 0, listed.err
    for piece in listed.objects:
        for name in ("painting", "styled", "sheet"):
            path = work / piece[name]
            assert picture_digest(read_picture(path)) == read_recipe(path)["outputs"][name]
    return len(listed.objects)


@pytest.mark.parametrize("after_s", np.random.default_rng(20).uniform(0.1, 1.6, 10).round(3))
def test_an_interrupt_leaves_no_half_piece_and_the_next_run_works(
    run: Any, create: Any, work: Path, environment: dict[str, str], after_s: float
) -> None:
    common = ("--artist", "fake.toml", "--studio", "studio", "--json")
    process = start(work, environment, "create", *common, "--seed", "1", "--count", "1000")
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    told = err.decode()
    if process.returncode == -signal.SIGINT or ("Traceback" in told and "haiga" not in told):
        pytest.skip("Python itself was still starting")
    assert process.returncode == 130, told
    assert told == "haiga: stopped; nothing is half done\n"
    given = [json.loads(line)["id"] for line in out.decode().splitlines()]
    assert check_studio(run, work) >= len(given)
    after = create("--seed", "5000")
    assert after.code == 0, after.err
    assert after.object["seed"] == 5000


def test_an_interrupt_while_a_maker_works_is_heard_at_once(
    work: Path, environment: dict[str, str]
) -> None:
    text = (work / "fake.toml").read_text()
    (work / "fake.toml").write_text(text.replace("[painter]", "pause_s = 60\n\n[painter]"))
    process = start(work, environment, "create", "--artist", "fake.toml", "--studio", "studio")
    deadline = time.monotonic() + 30
    while not (work / "studio" / "studio.sqlite3").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - sent < 5
    assert err.decode() == "haiga: stopped; nothing is half done\n"


def test_a_killed_run_leaves_only_whole_pieces(
    run: Any, create: Any, work: Path, environment: dict[str, str]
) -> None:
    for after_s in (0.7, 1.1):
        common = ("--artist", "fake.toml", "--studio", "studio")
        process = start(work, environment, "create", *common, "--count", "1000")
        time.sleep(after_s)
        process.kill()
        process.communicate()
        check_studio(run, work)
    assert create("--seed", "1").code == 0


def test_two_at_once_in_one_studio_keep_every_piece(
    run: Any, work: Path, environment: dict[str, str]
) -> None:
    common = ("create", "--artist", "fake.toml", "--studio", "studio", "--json", "--count", "6")
    both = [start(work, environment, *common, "--seed", seed) for seed in ("100", "200")]
    ids = []
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
        assert err == b""
        ids += [json.loads(line)["id"] for line in out.decode().splitlines()]
    assert len(set(ids)) == 12
    assert check_studio(run, work) == 12


def test_two_that_make_the_same_piece_at_once_both_succeed(
    work: Path, environment: dict[str, str]
) -> None:
    text = (work / "fake.toml").read_text()
    (work / "fake.toml").write_text(text.replace("rest = 3", "rest = 0"))
    common = ("create", "--artist", "fake.toml", "--studio", "studio", "--json", "--seed", "1")
    both = [start(work, environment, *common) for _ in range(2)]
    ids = set()
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
        ids.add(json.loads(out)["id"])
    assert len(ids) == 1


def test_a_stop_that_says_what_is_kept_says_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from haiga.cli import ending
    from haiga.core.errors import Stopped

    def stopped(*_: object, **__: object) -> None:
        raise Stopped("stopped at step 4 of 12, which is kept in m; go on with --resume")

    assert ending.run(stopped, ["train", "generator"]) == 130
    said = capsys.readouterr().err
    assert said == "haiga: stopped at step 4 of 12, which is kept in m; go on with --resume\n"


def test_an_interrupt_of_pieces_made_side_by_side_says_how_many_are_done(
    work: Path, environment: dict[str, str]
) -> None:
    process = start(
        work, environment, "create", "--artist", "fake.toml", "--studio", "studio", "--json",
        "--seed", "1", "--count", "1000", "--workers", "2",
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    more, err = process.communicate(timeout=60)
    done = 1 + len(more.splitlines())
    assert process.returncode == 130
    assert err.decode() == (
        f"haiga: stopped; {done} of 1,000 pieces are done, in studio; the same command goes on\n"
    )
