"""One sitting of a training on pictures: the plan made or found again, the run, how it ended.

Generators and painters share it: what is trained is given as a `Job`.
"""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from haiga.core.errors import Stopped, UserError
from haiga.media.durable import make_folder
from haiga.models.card import CARD
from haiga.training.parallel import ALONE, Crew
from haiga.training.pictures.budget import LOOKS, SAMPLES, Trial, fit, tried
from haiga.training.pictures.loop import LAST, Run
from haiga.training.pictures.parts import Ending, Learner, Parts
from haiga.training.pictures.plan import (
    Plan,
    Setting,
    Sitting,
    differences,
    kept_plan,
    look_steps,
)
from haiga.training.pictures.samples import write_film
from haiga.training.pictures.told import Live

WORK, REPORT = "work", "report.html"
DEFAULT_MINUTES = 10.0
LATE = 1.15
"""A sitting that takes so many times its minutes, and `LATE_S` more, is ended."""
LATE_S = 15.0
LEAST_MORE = 4
"""A run that is extended by steps is looked at so many times more, at least."""


@dataclass(frozen=True)
class Budget:
    """What the user allows a sitting: minutes or steps in all, and how it is looked at."""

    minutes: float | None = None
    steps: int | None = None
    looks: int | None = None
    samples: int | None = None
    rate: float | None = None

    @property
    def given(self) -> bool:
        """Whether more training was asked for."""
        return self.minutes is not None or self.steps is not None


@dataclass(frozen=True)
class Job:
    """What is trained on what. `make(rate)` gives a fresh learner, the same for the same rate;
    `parts(learner)` what the loop needs around it, with a feed at its beginning.

    `data` is a digest of the pictures and how they are parted, `pictures` how many there
    are to learn from, `settings` what a resumed run must share with the one begun.
    """

    recipe: str
    data: str
    pictures: int
    batch: int
    seed: int
    settings: Mapping[str, Setting]
    make: Callable[[float | None], Learner]
    parts: Callable[[Learner], Parts]


def device_for(asked: str, say: Callable[[str], None], crew: Crew = ALONE) -> str:
    """`cpu` or `cuda`; UserError when a GPU is asked for and absent, or by several workers."""
    if crew.size > 1:
        if asked == "cuda":
            raise UserError("--device cuda: several --workers compute on processors; give one")
        return "cpu"
    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise UserError("--device cuda: torch finds no GPU here; leave out --device to use the CPU")
    if asked == "auto":
        asked = "cuda" if there else "cpu"
        say(f"device: {asked}" + ("" if there else ", for there is no GPU"))
    return asked


def set_threads(threads: int | None, crew: Crew = ALONE) -> int:
    """Sets how many threads torch computes with, one a core unless given; returns it."""
    count = threads or crew.threads or os.cpu_count() or 1
    torch.set_num_threads(count)
    return count


def check_folder(out: Path, *, resume: bool, more: bool, kind: str) -> bool:
    """Refuses a folder that does not serve, before anything is read.

    Returns whether it holds a finished `kind` that lacks only its report. `more` says
    whether minutes or steps were asked for.
    """
    work, finished = out / WORK, (out / CARD).exists()
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; --out names the folder for the {kind}")
    if resume:
        if kept_plan(work) is None and not _begun_below(work):
            raise UserError(
                f"{out}: there is no run to go on with; leave out --resume to begin one"
            )
        if finished and not (out / REPORT).exists():
            return True
        if finished and not more:
            raise UserError(
                f"{out}: its training is finished; --minutes M with --resume trains it for M more"
            )
        return False
    if finished:
        raise UserError(
            f"{out}: already holds a model; choose another --out, or train this one on by --resume"
        )
    if (work / LAST).exists() or _begun_below(work):
        raise UserError(
            f"{out}: holds a run that is not finished; go on with it by --resume, or choose "
            "another --out"
        )
    foreign = [path.name for path in out.iterdir()] if out.is_dir() and not work.exists() else []
    if foreign:
        raise UserError(
            f"{out}: holds other files ({', '.join(sorted(foreign)[:3])}); choose a new --out"
        )
    return False


def _begun_below(work: Path) -> bool:
    """Whether one of several runs that belong together has a checkpoint."""
    return any(work.glob(f"*/{LAST}"))


def check_settings(out: Path, recipe: str, settings: Mapping[str, Setting]) -> None:
    """Refuses to go on with other settings, before the stored pictures are made anew for them."""
    kept = kept_plan(out / WORK)
    if kept is None:
        return
    begun = {"recipe": kept.recipe, **kept.settings}
    changed = [
        f"{name}: {begun[name]} then, {value} now"
        for name, value in {"recipe": recipe, **settings}.items()
        if name in begun and begun[name] != value
    ]
    if changed:
        raise UserError(f"{out}: cannot go on with other settings: {'; '.join(changed)}")


def sit(
    job: Job, budget: Budget, out: Path, live: Live, *, resume: bool, part: str = "",
    crew: Crew = ALONE,
) -> tuple[Run, Ending]:  # fmt: skip
    """Plans or goes on, trains, and leaves checkpoints, sheets, film and log in `out/work`.

    `part` names a folder below, for one of several runs that belong together. Raises
    UserError when a resumed run would be another one, JobError when the training failed,
    and Stopped when the user ended it; the last good checkpoint is then kept.
    """
    work = out / WORK / part
    make_folder(work)
    kept = crew.led(lambda: kept_plan(work) if resume else None)
    if kept is not None:
        _check_same(job, kept, out)
        plan = kept
    else:
        plan = _begun(job, budget, live, crew)
        if crew.is_first:
            plan.save(work)
    rate = budget.rate if budget.rate is not None else plan.rate
    torch.manual_seed(job.seed)  # for what draws from torch's own generator, such as dropout
    run = Run(job.parts(job.make(rate)), plan, work, crew)
    if kept is not None:
        _go_on(job, budget, run, out, live)
    plan = run.plan
    live.say(
        f"plan: {plan.steps:,} steps of {plan.batch} pictures, {plan.epochs:.1f} rounds over "
        f"{plan.pictures:,}; {len(plan.looks)} looks at {plan.samples} samples"
    )
    minutes = budget.minutes or (None if budget.steps or kept else DEFAULT_MINUTES)
    limit = minutes * 60 * LATE + LATE_S if minutes else math.inf
    with _interrupted(crew) as stop:
        ending = run.train(live.progress, stop=stop, limit_s=limit)
    place = ending.place
    at = f"step {place.step:,} of {plan.steps:,}"
    if ending.why == "stopped":
        raise Stopped(f"stopped at {at}, which is kept in {out}; go on with --resume")
    if ending.why == "late":
        live.say(f"ended at {at}: the machine was slower than when it was planned")
    if ending.why == "copying":
        live.say(f"ended at {at}: {place.why}")
    if place.best_step:
        live.say(f"kept: the state of step {place.best_step:,}")
    elif place.rows:
        live.say("no look was free of copies, so the last state is what there is: do not use it")
    if crew.is_first:
        write_film(work, [int(row["step"]) for row in place.rows])
    return run, ending


def _begun(job: Job, budget: Budget, live: Live, crew: Crew = ALONE) -> Plan:
    """The plan of a run that begins; a trial tells how much fits where minutes count."""
    if budget.steps is not None:
        steps, looks = budget.steps, budget.looks or LOOKS
        samples, minutes = budget.samples or SAMPLES, 0.0
    else:
        minutes = budget.minutes or DEFAULT_MINUTES
        found = fit(
            _trial(job, budget.rate, minutes, live, crew),
            minutes * 60,
            looks=budget.looks,
            samples=budget.samples,
        )
        steps, looks, samples = found.steps, found.looks, found.samples
    return Plan(
        recipe=job.recipe,
        data=job.data,
        pictures=job.pictures,
        batch=job.batch,
        seed=job.seed,
        steps=steps,
        looks=look_steps(0, steps, looks),
        samples=samples,
        settings=dict(job.settings),
        sittings=(Sitting(0, steps, minutes, budget.rate),),
    )


def _trial(job: Job, rate: float | None, minutes: float, live: Live, crew: Crew = ALONE) -> Trial:
    live.say("timing a few steps, which are thrown away")
    seconds = min(8.0, max(2.0, 0.03 * 60 * minutes))
    return tried(
        job.parts(job.make(rate)), seed=job.seed, trial_s=seconds, batch=job.batch, crew=crew
    )


def _check_same(job: Job, kept: Plan, out: Path) -> None:
    if kept.data != job.data:
        raise UserError(
            f"{out}: cannot go on: the pictures are not those the run began with "
            f"({job.pictures:,} now, {kept.pictures:,} then; sha256 {job.data[:12]}… now, "
            f"{kept.data[:12]}… then); give the same --pictures and --where, or begin anew in "
            "another --out"
        )
    asked = Plan(
        job.recipe, job.data, job.pictures, job.batch, job.seed, 0, (), 0, dict(job.settings)
    )
    changed = differences(kept, asked)
    if changed:
        raise UserError(f"{out}: cannot go on with other settings: {'; '.join(changed)}")


def _go_on(job: Job, budget: Budget, run: Run, out: Path, live: Live) -> None:
    """Extends the plan of a run where more was asked for than it holds.

    The same minutes as before finish the plan as it stands; others are counted from here.
    There is no rate schedule that the plan's end decides, so a run that is extended makes
    the steps of one that was planned that long.
    """
    kept, place = run.plan, run.place
    live.say(f"going on from step {place.step:,}")
    if place.ended == "copying" and budget.given and (out / CARD).exists():
        raise UserError(
            f"{out}: its training ended because the samples began to copy, and more time would "
            "not mend that; more pictures would: begin anew with them in another --out"
        )
    sitting = None
    rate = budget.rate if budget.rate is not None else kept.rate
    looks, samples = budget.looks or max(LEAST_MORE, len(kept.looks) // 2), kept.samples
    done = place.step >= kept.steps
    if budget.steps is not None and budget.steps != kept.steps:
        if budget.steps <= place.step:
            raise UserError(
                f"--steps {budget.steps:,}: {place.step:,} steps are made already; "
                "give how many there are to be in all"
            )
        sitting = Sitting(place.step, budget.steps, 0.0, rate)
    elif budget.minutes is not None and (done or budget.minutes != kept.minutes):
        trial = _trial(job, rate, budget.minutes, live, run.crew)
        found = fit(trial, budget.minutes * 60, looks=budget.looks, samples=samples)
        looks = found.looks
        sitting = Sitting(place.step, place.step + found.steps, budget.minutes, rate)
    elif budget.rate is not None and budget.rate != kept.rate:
        sitting = Sitting(place.step, kept.steps, kept.minutes, rate)
        looks = max(1, sum(look > place.step for look in kept.looks))
    if sitting is not None:
        run.plan = kept.extended(place.step, sitting, looks)
        if run.crew.is_first:
            run.plan.save(run.folder)


@contextmanager
def _interrupted(crew: Crew = ALONE) -> Iterator[Callable[[], bool]]:
    """Within it, Ctrl-C and a polite kill ask the run to keep its place and end.

    A second Ctrl-C ends it at once, where its last checkpoint was.
    """
    if crew.asked_to_stop is not None:
        yield crew.asked_to_stop
        return
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ask) for number in signals]
    try:
        yield lambda: asked
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
