"""The loop of picture trainings: exact after a break, and never without a good checkpoint."""

from __future__ import annotations

import csv
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from haiga.core.errors import JobError, UserError
from haiga.training.pictures.audit import EpochCoverage
from haiga.training.pictures.loop import LAST, Run
from haiga.training.pictures.parts import Progress, Verdict
from haiga.training.pictures.samples import write_film

from .stand_ins import PICTURES, Twig, run_in


def _weights(run: Run) -> dict[str, Tensor]:
    modules = run.parts.learner.modules
    return {f"{n}.{k}": v for n, m in modules.items() for k, v in m.state_dict().items()}


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _after(calls: int) -> Callable[[], bool]:
    """False for the first `calls` times it is asked, and true then."""
    count = iter(range(10**9))
    return lambda: next(count) >= calls


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = run_in(tmp_path_factory.mktemp("unbroken"))
    assert run.train().why == "planned"
    return run


@pytest.mark.parametrize("broken", [[3], [14, 20], [1, 1, 1, 30]])
def test_a_run_broken_anywhere_ends_as_the_unbroken_one(
    unbroken: Run, tmp_path: Path, broken: list[int]
) -> None:
    for at in broken:
        assert run_in(tmp_path).train(stop=_after(at)).why == "stopped"
    run = run_in(tmp_path)
    assert run.resumed
    assert run.train().why == "planned"
    for name, value in _weights(unbroken).items():
        assert torch.equal(value, _weights(run)[name]), name
    assert np.array_equal(run.parts.feed.seen, unbroken.parts.feed.seen)
    assert (tmp_path / run.best.name).read_bytes() == unbroken.best.read_bytes()
    same = [(r["step"], r["d_loss"], r["kid"], r["seen"]) for r in _rows(tmp_path)]
    assert same == [(r["step"], r["d_loss"], r["kid"], r["seen"]) for r in _rows(unbroken.folder)]


def test_every_look_leaves_a_row_and_a_sheet_and_the_film_shows_them_all(unbroken: Run) -> None:
    rows = _rows(unbroken.folder)
    steps = [int(row["step"]) for row in rows]
    assert steps == list(unbroken.plan.looks)
    assert all(row["seen"] == row["pictures"] == str(PICTURES) for row in rows[1:])
    sheets = sorted(path.stem for path in (unbroken.folder / "samples").glob("*.png"))
    assert sheets == [f"{step:06d}" for step in steps]
    film = write_film(unbroken.folder, steps)
    assert film is not None
    with Image.open(film) as image:
        assert image.n_frames == len(steps)


def test_a_plan_with_more_steps_makes_the_steps_of_a_longer_one(tmp_path: Path) -> None:
    whole = run_in(tmp_path / "whole", 60)
    whole.train()
    run_in(tmp_path / "part", 25).train()
    more = run_in(tmp_path / "part", 60)
    more.train()
    assert all(torch.equal(v, _weights(more)[k]) for k, v in _weights(whole).items())


class _Breaks(Twig):
    """Gives a loss that is no number at a step, or spoils a weight with none to tell of it."""

    def __init__(self, at: int, *, weight: bool = False) -> None:
        super().__init__()
        self.at, self.weight, self.made = at, weight, 0

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        losses = super().step(batch, rng)
        self.made += 1
        if self.made == self.at and self.weight:
            with torch.no_grad():
                self.net[0].weight[0] = float("inf")
        elif self.made == self.at:
            losses["d_loss"] = losses["d_loss"] * float("nan")
        return losses


def test_a_loss_that_is_no_number_is_named_with_its_step(tmp_path: Path) -> None:
    run = run_in(tmp_path, twig=_Breaks(17))
    with pytest.raises(JobError, match=r"loss d_loss of step 17 is nan; the checkpoint of step 14"):
        run.train()
    assert run_in(tmp_path).place.step == 14
    assert run_in(tmp_path).train().why == "planned"


def test_a_weight_that_is_no_number_never_reaches_a_checkpoint(tmp_path: Path) -> None:
    run = run_in(tmp_path, twig=_Breaks(14, weight=True))
    with pytest.raises(JobError, match=r"after step 14 a weight of the net is no number; .*step 5"):
        run.train()
    held = load_file(tmp_path / LAST)
    assert all(torch.isfinite(v.float()).all() for v in held.values())


def test_a_run_without_a_checkpoint_says_to_begin_anew(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="no checkpoint yet: begin anew"):
        run_in(tmp_path, twig=_Breaks(2)).train()


def test_copying_ends_the_run_for_good_and_keeps_the_state_before_it(tmp_path: Path) -> None:
    def verdict(rows: Any) -> Verdict:
        return Verdict(1, True, "it copies") if len(rows) == 3 else Verdict(len(rows) - 1)

    run = run_in(tmp_path, verdict=verdict)
    ending = run.train()
    assert (ending.why, ending.place.why) == ("copying", "it copies")
    second, third = run.plan.looks[1:3]
    assert (ending.place.step, ending.place.best_step) == (third, second)
    assert [path.name for path in tmp_path.glob("best-*")] == [f"best-{second:06d}.safetensors"]
    again = run_in(tmp_path)
    assert again.train().why == "copying"
    assert again.place.step == third
    last = {k: v.clone() for k, v in _weights(again).items()}
    again.load_best()
    assert any(not torch.equal(v, last[k]) for k, v in _weights(again).items())
    best = [row["step"] for row in _rows(tmp_path) if row["best"] == "1"]
    assert best == [str(second)]


def test_a_sitting_that_takes_too_long_ends_with_a_look(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    ending = run.train(limit_s=0.0)
    assert ending.why == "late"
    assert [row["step"] for row in _rows(tmp_path)] == ["1"]


def test_a_damaged_checkpoint_is_named_with_what_to_do(tmp_path: Path) -> None:
    run_in(tmp_path).train(stop=_after(3))
    file = tmp_path / LAST
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(UserError, match=r"last.safetensors: the checkpoint is damaged .* delete"):
        run_in(tmp_path)


def test_the_audit_is_asked_after_every_epoch_and_a_break_forgets_none(tmp_path: Path) -> None:
    def audit(epoch: int) -> EpochCoverage:
        return EpochCoverage(epoch, PICTURES, PICTURES, epoch, epoch)

    run_in(tmp_path, steps=PICTURES, audit=audit).train(stop=_after(9))
    run_in(tmp_path, steps=PICTURES, audit=audit).train()
    lines = (tmp_path / "coverage.csv").read_text().splitlines()
    assert lines[0] == "epoch,step,seen,pictures,least,most"
    assert lines[1:] == [f"{n},{4 * n},24,24,{n},{n}" for n in range(1, 7)]


def test_an_audit_that_finds_pictures_unseen_ends_the_run(tmp_path: Path) -> None:
    def audit(epoch: int) -> EpochCoverage:
        raise JobError("12 of 24 pictures were never drawn")

    with pytest.raises(JobError, match="never drawn"):
        run_in(tmp_path, audit=audit).train()


def test_the_line_tells_losses_of_the_steps_and_figures_of_the_look(tmp_path: Path) -> None:
    heard: list[Progress] = []
    run_in(tmp_path).train(heard.append)
    looked = [p for p in heard if p.looked]
    assert [p.step for p in looked] == [5, 14, 26, 40]
    assert all(p.row is not None and p.row["step"] == p.step for p in looked)
    assert all(set(p.losses) == {"d_loss"} for p in looked)


def test_a_full_disk_leaves_the_last_good_checkpoint_and_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_in(folder).train(stop=_after(10))
    before = (folder / LAST).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
    try:
        with pytest.raises(JobError) as caught:
            run_in(folder).train()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    said = str(caught.value)
    assert "cannot be written" in said
    assert "the checkpoint of step 11 is kept: go on with --resume" in said
    assert (folder / LAST).read_bytes() == before
    assert not list(folder.glob(".*tmp"))
    assert run_in(folder).train().why == "planned"
