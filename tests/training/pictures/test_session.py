"""One sitting of a training on pictures: planned once, gone on with exactly, extended on demand."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from haiga.core.errors import Stopped, UserError
from haiga.training.pictures.budget import Trial, fit
from haiga.training.pictures.loop import Run
from haiga.training.pictures.parts import Parts, Verdict
from haiga.training.pictures.plan import kept_plan, look_steps
from haiga.training.pictures.session import Budget, Job, check_folder, device_for, sit
from haiga.training.pictures.told import Live, measured, told

from .stand_ins import BATCH, PICTURES, Twig, parts_of


def _job(**changes: Any) -> Job:
    values: dict[str, Any] = {
        "recipe": "twig",
        "data": "0123456789abcdef",
        "pictures": PICTURES,
        "batch": BATCH,
        "seed": 1,
        "settings": {"size": 8, "label": None},
        "make": lambda rate: Twig(rate or 1e-2),
        "parts": parts_of,
    }
    return Job(**{**values, **changes})


def _sit(out: Path, *, resume: bool = False, job: Job | None = None, **budget: Any) -> Run:
    run, _ = sit(job or _job(), Budget(**budget), out, Live(), resume=resume)
    return run


def _weights(run: Run) -> dict[str, Tensor]:
    modules = run.parts.learner.modules
    return {f"{n}.{k}": v.clone() for n, m in modules.items() for k, v in m.state_dict().items()}


def _interrupting(at: int) -> Any:
    """Parts whose learner sends this process a Ctrl-C after `at` steps."""

    class Interrupts(Twig):
        made = 0

        def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
            self.made += 1
            if self.made == at:
                os.kill(os.getpid(), signal.SIGINT)
            return super().step(batch, rng)

    return lambda rate: Interrupts(rate or 1e-2)


def test_a_run_stopped_by_ctrl_c_goes_on_to_what_an_unbroken_one_is(tmp_path: Path) -> None:
    whole = _sit(tmp_path / "whole", steps=30, looks=3)
    with pytest.raises(Stopped, match=r"stopped at step 17 of 30, .* go on with --resume"):
        _sit(tmp_path / "part", job=_job(make=_interrupting(17)), steps=30, looks=3)
    part = _sit(tmp_path / "part", resume=True, steps=30)
    assert part.plan == whole.plan
    assert all(torch.equal(v, _weights(part)[k]) for k, v in _weights(whole).items())
    assert (tmp_path / "part/work/film.webp").exists()


def test_steps_are_counted_in_all_when_a_run_is_carried_on(tmp_path: Path) -> None:
    whole = _sit(tmp_path / "whole", steps=50)
    _sit(tmp_path / "part", steps=20)
    part = _sit(tmp_path / "part", resume=True, steps=50)
    assert part.place.step == 50
    assert all(torch.equal(v, _weights(part)[k]) for k, v in _weights(whole).items())
    kept = kept_plan(tmp_path / "part/work")
    assert kept is not None
    assert [s.steps for s in kept.sittings] == [20, 50]
    with pytest.raises(UserError, match=r"--steps 40: 50 steps are made already"):
        _sit(tmp_path / "part", resume=True, steps=40)


def test_minutes_plan_what_fits_and_more_minutes_go_on_from_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = _sit(tmp_path, minutes=0.004)
    done, said = first.place.step, capsys.readouterr().err
    assert done == first.plan.steps >= 3
    assert "timing a few steps" in said
    same = _sit(tmp_path, resume=True)
    assert same.place.step == done  # nothing more was asked for
    more = _sit(tmp_path, resume=True, minutes=0.004)
    assert more.place.step == more.plan.steps > done
    assert more.plan.looks[: len(first.plan.looks)] == first.plan.looks


def test_another_rate_takes_hold_and_is_remembered(tmp_path: Path) -> None:
    _sit(tmp_path, steps=10)
    run = _sit(tmp_path, resume=True, steps=20, rate=0.5)
    assert run.parts.learner.optimizers["adam"].param_groups[0]["lr"] == 0.5
    again = _sit(tmp_path, resume=True, steps=30)
    assert again.plan.rate == 0.5
    assert again.parts.learner.optimizers["adam"].param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": "fedcba"}, "the pictures are not those the run began with .24 now, 24 then"),
        ({"seed": 2}, "seed: 1 then, 2 now"),
        ({"recipe": "bough"}, "recipe: twig then, bough now"),
        ({"batch": 3}, "batch: 6 then, 3 now"),
        ({"settings": {"size": 16, "label": "artist"}}, "label: none then, artist now; size: 8"),
    ],
)
def test_a_resume_with_something_else_is_refused_and_says_what(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    _sit(tmp_path, steps=8, looks=2)
    before = (tmp_path / "work/last.safetensors").read_bytes()
    with pytest.raises(UserError, match=said):
        _sit(tmp_path, resume=True, steps=16, job=_job(**change))
    assert (tmp_path / "work/last.safetensors").read_bytes() == before


def test_a_run_that_copied_is_not_carried_on(tmp_path: Path) -> None:
    def parts(twig: Twig) -> Parts:
        return parts_of(twig, verdict=lambda rows: Verdict(None, True, "it copies"))

    job = _job(parts=parts)
    run = _sit(tmp_path, job=job, steps=20)
    assert run.place.ended == "copying"
    (tmp_path / "card.toml").touch()
    with pytest.raises(UserError, match="more time would not mend that; more pictures would"):
        _sit(tmp_path, job=job, resume=True, steps=40)


def test_what_learns_from_words_trains_as_well(tmp_path: Path) -> None:
    """A painter: its batches carry words, its schedule follows the plan, its sheet has texts."""
    paces: list[float] = []

    class Painter(Twig):
        def step(self, batch: Any, rng: torch.Generator) -> dict[str, Tensor]:
            pictures, words = batch
            assert words.shape == (BATCH, 3)
            losses = super().step(pictures, rng)
            return {"flow": losses["d_loss"], "match": losses["d_loss"] * 2}

    def parts(painter: Twig) -> Parts:
        return parts_of(
            painter,
            prepare=lambda batch: (batch, torch.zeros(len(batch), 3)),
            pace=lambda step, plan: paces.append(step / plan.steps),
        )

    run = _sit(tmp_path, job=_job(make=lambda rate: Painter(), parts=parts), steps=12, looks=2)
    assert {"flow", "match"} <= set(run.place.rows[-1])
    assert paces == [i / 12 for i in range(12)]


def test_looks_grow_apart_and_end_with_the_last_step() -> None:
    steps = look_steps(0, 9000, 12)
    assert len(steps) == 12
    assert steps[-1] == 9000
    gaps = [b - a for a, b in zip((0, *steps), steps, strict=False)]
    assert gaps == sorted(gaps)
    assert look_steps(0, 3, 12) == (1, 2, 3)
    assert look_steps(100, 200, 4) == (125, 150, 175, 200)


@pytest.mark.parametrize("sample_s", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("minutes", [2, 10, 120])
def test_looks_stay_inside_their_share_of_the_time(minutes: float, sample_s: float) -> None:
    found = fit(Trial(0.2, sample_s), minutes * 60)
    looking = found.looks * found.samples * sample_s
    assert looking <= 0.061 * minutes * 60 or (found.looks, found.samples) == (3, 64)
    assert found.steps * 0.2 + looking <= minutes * 60


def test_a_slow_machine_looks_less_rather_than_not_train() -> None:
    found = fit(Trial(1.0, 0.2), 120)
    assert (found.looks, found.samples) == (1, 64)
    assert found.steps > 100


def test_folders_that_do_not_serve_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UserError, match="is a file"):
        check_folder(file, resume=False, more=False, kind="generator")
    with pytest.raises(UserError, match=r"holds other files \(file\)"):
        check_folder(tmp_path, resume=False, more=False, kind="generator")
    with pytest.raises(UserError, match="no run to go on with"):
        check_folder(tmp_path / "none", resume=True, more=False, kind="generator")
    out = tmp_path / "out"
    _sit(out, steps=8)
    with pytest.raises(UserError, match="holds a run that is not finished"):
        check_folder(out, resume=False, more=False, kind="generator")
    (out / "card.toml").touch()
    with pytest.raises(UserError, match="already holds a model"):
        check_folder(out, resume=False, more=True, kind="generator")
    assert check_folder(out, resume=True, more=True, kind="generator")  # its report is missing
    (out / "report.html").touch()
    assert not check_folder(out, resume=True, more=True, kind="generator")
    with pytest.raises(UserError, match="training is finished; --minutes M with --resume"):
        check_folder(out, resume=True, more=False, kind="generator")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_asked_for_and_absent_is_said_in_one_sentence() -> None:
    with pytest.raises(UserError, match="torch finds no GPU here; leave out --device"):
        device_for("cuda", lambda _: None)
    said: list[str] = []
    assert device_for("auto", said.append) == "cpu"
    assert said == ["device: cpu, for there is no GPU"]


def test_the_live_line_says_where_the_run_stands(tmp_path: Path) -> None:
    lines: list[str] = []
    run = _sit(tmp_path, steps=40)
    run.plan = run.plan.extended(40, run.plan.sittings[0].__class__(40, 80), 2)
    run.train(lambda progress: lines.append(told(progress)))
    assert lines[-2].startswith("step 60/80 · ")
    assert " img/s · D 0." in lines[-2]
    assert lines[-2].endswith(" left")
    assert " · KID 0." in lines[-1]
    assert lines[-1].endswith("copies 0 %")
    assert measured({"copy_share": 0.25, "false_alarms": 0.2}) == ["copies 25 % (by chance 20 %)"]
