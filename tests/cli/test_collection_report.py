"""`haiga collection report` as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from haiga.core.collecting import Missed

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import collected, judge

ALONE = (
    "import sys, typer; from haiga.cli import collection_report, ending; "
    "app = typer.Typer(); app.command()(collection_report.report); "
    "ending.leave(ending.run(app, sys.argv[1:]))"
)


def report(
    work: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ALONE, *arguments, "--studio", "studio"], cwd=work,
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_it_tells_in_lines_in_json_and_on_a_page(work: Path, environment: dict[str, str]) -> None:
    made = collected(work / "studio", 5)
    judge(made, "blurred.v1", {1: 0.2, 2: 0.8})
    done = report(work, environment, "small")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("small: 5 pictures, 0 kept, 5 undecided, 0 dropped; 0 could not")
    assert "blurred.v1: 1 proposal, 1 open; none answered yet" in done.stdout
    done = report(work, environment, "small", "--html", "out.html", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["page"] == "out.html"
    assert told["counts"]["items"] == 5
    assert "<svg" in (work / "out.html").read_text("utf-8")


def test_every_reason_for_a_miss_is_told_with_three_names(
    work: Path, environment: dict[str, str]
) -> None:
    kinds = ("empty", "a pipe", "a folder", "a page", "a PDF", "a ZIP", "text")
    missed = [Missed(f"{kind}{n}", f"is {kind}") for kind in kinds for n in range(5)]
    collected(work / "studio", 1, missed=missed)
    done = report(work, environment, "small")
    for kind in kinds:
        assert f"missed: 5 are {kind}: {kind}0, {kind}1, {kind}2 and 2 more (test)" in done.stdout


def test_a_collection_that_is_not_there_is_one_line(
    work: Path, environment: dict[str, str]
) -> None:
    done = report(work, environment, "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("haiga: studio: holds no collection 'none'")
    assert len(done.stderr.splitlines()) == 1
