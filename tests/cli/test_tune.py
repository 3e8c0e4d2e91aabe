"""`haiga tune` on a small text: the best is kept, bad trials stop, a kill loses nothing."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from haiga.models.card import read_card
from haiga.training.recipes.poet import main

LINES = [
    "the cold moon waits over the river",
    "a crow sleeps under the bright lantern",
    "small snow drifts beyond the gate",
    "an old pine listens to the quiet heron",
]
SPACE = """
[settings]
rate = { choice = [0.01, 0.00001] }
dropout = { uniform = [0.1, 0.3] }
by = { choice = ["work", "author"] }
"""
STEPS = "20"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("texts") / "poems.txt"
    poems = ("\n".join(LINES[(n * k + k) % 4] for k in range(1, 5)) for n in range(60))
    file.write_text("\n\n\n".join(f"{poem}\nnumber {n}" for n, poem in enumerate(poems)))
    return file


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("space") / "space.toml"
    file.write_text(SPACE)
    return file


def _command(*words: object) -> list[str]:
    return [sys.executable, "-m", "haiga", "tune", *map(str, words)]


def _search(texts: Path, space: Path, out: Path, *more: object) -> list[str]:
    # of seed 26 the last trial is by author, which texts of one author cannot be
    return _command("poet", "--trials", 4, "--seed", 26, "--steps", STEPS, "--space", space,
                    "--out", out, *more, "--", "--texts", texts, "--threads", 1,
                    "--patience", 0)  # fmt: skip


def _done(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def searched(texts: Path, space: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("search") / "tuned"
    done = _done(_search(texts, space, out, "--json"))
    assert done.returncode == 0, done.stderr
    (out / "said.jsonl").write_text(done.stdout)
    (out / "told.txt").write_text(done.stderr)
    return out


def _told(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "said.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_the_best_trial_is_kept_with_its_settings_in_the_card(searched: Path) -> None:
    trials = _told(searched)
    finished = [t for t in trials if t["state"] == "finished"]
    best = min(finished, key=lambda t: float(str(t["figure"])))
    assert [t["trial"] for t in trials if t["best"]] == [best["trial"]]
    card = read_card(searched / "best")
    settings = best["settings"]
    assert isinstance(settings, dict)
    assert f"--rate {settings['rate']:g}" in card.recipe
    assert f"dropout {settings['dropout']:g}" in card.about
    assert "The best of 4 trials by validation_loss" in card.about
    assert not (searched / "best" / "work").exists()
    measured = [t["trial"] for t in trials
                if (searched / "trials" / f"{t['trial']:03}" / "report.json").exists()]  # fmt: skip
    assert measured == [best["trial"]]  # the others are spared it
    assert (searched / "best" / "report.json").is_file()
    assert str(searched.parent) not in (searched / "best" / "card.toml").read_text()


@pytest.mark.slow
def test_a_trial_with_a_useless_rate_is_stopped_early(searched: Path) -> None:
    by_rate: dict[float, set[object]] = {}
    for trial in _told(searched):
        settings = trial["settings"]
        assert isinstance(settings, dict)
        by_rate.setdefault(settings["rate"], set()).add(trial["state"])
    assert set(by_rate) == {0.01, 0.00001}  # the seed is chosen so
    assert "stopped" in by_rate[0.00001]
    assert "finished" in by_rate[0.01]
    stopped = next(t for t in _told(searched) if t["state"] == "stopped")
    assert "others had done better" in str(stopped["reason"])
    assert not (searched / "trials" / f"{stopped['trial']:03}" / "card.toml").exists()


@pytest.mark.slow
def test_the_command_that_is_printed_makes_the_best_model_again(
    searched: Path, tmp_path: Path
) -> None:
    lines = (searched / "told.txt").read_text().splitlines()
    words = shlex.split(next(line for line in lines if line.startswith("  haiga train")))
    assert words[-2:] == ["--out", str(searched / "best")]
    again = tmp_path / "again"
    main([*words[3:-1], str(again)])
    assert (again / "step.onnx").read_bytes() == (searched / "best" / "step.onnx").read_bytes()


@pytest.mark.slow
def test_the_page_shows_every_trial_and_every_setting(searched: Path) -> None:
    page = (searched / "report.html").read_text("utf-8")
    for trial in _told(searched):
        assert f"<td>{trial['trial']:03}</td>" in page
    assert page.count('class="line faint"') == sum(len(t["looks"]) > 0 for t in _told(searched)) - 1  # type: ignore[arg-type]
    assert 'class="dot dark"' in page
    assert "<script" not in page


@pytest.mark.slow
def test_a_search_that_is_done_runs_nothing_again(searched: Path, texts: Path, space: Path) -> None:
    records = [searched / "trials" / f"{n:03}.json" for n in range(3)]  # what failed is tried again
    before = {f: f.stat().st_mtime_ns for f in records}
    done = _done(_search(texts, space, searched))
    assert done.returncode == 0, done.stderr
    assert {f: f.stat().st_mtime_ns for f in records} == before
    assert done.stdout.splitlines()[0].split()[:3] == ["trial", "rate", "dropout"]


@pytest.mark.slow
def test_another_search_in_the_same_folder_is_refused(
    searched: Path, texts: Path, space: Path
) -> None:
    done = _done(_search(texts, space, searched, "--seed", 8))
    assert done.returncode == 2
    assert "holds another search (seed)" in done.stderr


def _killed(command: list[str], when: Callable[[], bool], how: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None and not when():
        time.sleep(0.02)
    os.kill(process.pid, how)
    process.wait()
    return process


@pytest.mark.slow
def test_a_killed_search_goes_on_where_it_was(
    searched: Path, texts: Path, space: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tuned"
    command = _search(texts, space, out)
    records = out / "trials"

    def second_learns() -> bool:
        text = (records / "001.json").read_text() if (records / "001.json").exists() else ""
        return '"step"' in text

    _killed(command, second_learns, signal.SIGKILL)
    first = (records / "000.json").read_bytes()
    killed = _killed(command, lambda: (records / "002.json").exists(), signal.SIGINT)
    assert killed.returncode == 130
    assert killed.stderr is not None
    said = killed.stderr.read()
    assert "the same command goes on" in said
    assert "Traceback" not in said
    done = _done(command)
    assert done.returncode == 0, done.stderr
    assert (records / "000.json").read_bytes() == first
    best, again = out / "best" / "step.onnx", searched / "best" / "step.onnx"
    assert best.read_bytes() == again.read_bytes()


@pytest.mark.slow
def test_a_search_in_which_no_trial_can_work_ends_after_the_first(
    texts: Path, tmp_path: Path
) -> None:
    space = tmp_path / "space.toml"
    space.write_text("[settings]\nwords = { choice = [50, 60] }\n")
    out = tmp_path / "tuned"
    command = _command("poet", "--trials", 4, "--seed", 1, "--steps", 5, "--space", space,
                       "--out", out, "--json", "--", "--texts", texts, "--by", "author",
                       "--threads", 1)  # fmt: skip
    done = _done(command)  # texts of one author cannot be parted by author
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "1 different author" in done.stderr
    assert "(no trial's settings change that)" in done.stderr
    record = json.loads((out / "trials" / "000.json").read_text())
    assert (record["state"], record["refused"]) == ("failed", True)
    assert not (out / "trials" / "002.json").exists()


@pytest.mark.slow
def test_a_trial_that_fails_by_its_settings_stands_among_the_others(searched: Path) -> None:
    *others, last = _told(searched)
    assert {trial["state"] for trial in others} == {"finished", "stopped"}
    assert last["state"] == "failed"
    assert "author" in str(last["reason"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["poet", "--trials", "0"], "--trials 0: must be from 1"),
        (["poets"], "no recipe named 'poets'; did you mean 'poet'?"),
        (["words"], "the words recipe comes with no settings to try"),
        (["poet", "--steps", "0"], "--steps 0: must be at least 1"),
        (["poet", "--steps", "5", "--minutes", "1"], "give one of both"),
        (["poet", "--engine", "spark"], "--engine spark: must be one of local, ray"),
        (["poet", "--space", "nowhere.toml"], "nowhere.toml: there is no such file"),
        (["poet", "--", "--texts", "x", "--rate", "1"], "--rate: is drawn for each trial"),
        (["poet", "--", "--texts", "x", "--patience", "-1"], "--patience -1: must be at least 0"),
        (["poet", "--", "--text", "x"], "trial 0 ("),
        (["poet"], "the following arguments are required: --texts"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_runs(
    words: list[str], said: str, tmp_path: Path
) -> None:
    done = subprocess.run(_command(*words), capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
