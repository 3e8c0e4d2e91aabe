"""Try settings of a recipe: draw them, run each as a training, keep the best model."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import json
import os
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haiga.actions.train import (
    ENGINES,
    MEASURED,
    RECIPES,
    recipe_main,
    recipe_names,
    report_on,
)
from haiga.core.errors import JobError, MissingExtra, Stopped, UserError
from haiga.core.seeds import MAX_SEED
from haiga.core.suggest import hint
from haiga.inspection.poet_page import HTML as REPORT
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import read_card, write_card
from haiga.training.tuning.halving import Halving
from haiga.training.tuning.hopeless import why_hopeless
from haiga.training.tuning.in_turn import InTurn
from haiga.training.tuning.space import (
    Space,
    as_arguments,
    check_settings,
    options_of,
    shown,
    space_of,
)
from haiga.training.tuning.trials import FAILED, FINISHED, WAITING, Job, Trial, alone_in

ASKED, TRIALS, BEST = "tune.json", "trials", "best"
MOST_TRIALS = 10_000
LOOK_S = 0.5

Tell = Callable[[Sequence[Trial]], None]


@dataclass(frozen=True)
class Search:
    """What is searched for. `arguments` are the recipe's own, the same for every trial.

    `minutes` or `steps` is each trial's budget; the recipe's own where both are None.
    `workers` is how many trials run at a time: by default one, and with Ray as many as it
    has processors.
    """

    recipe: str
    trials: int
    out: Path
    arguments: tuple[str, ...] = ()
    space: Path | None = None
    minutes: float | None = None
    steps: int | None = None
    engine: str = "local"
    workers: int | None = None
    address: str | None = None
    seed: int = 1


@dataclass(frozen=True)
class Found:
    """What a search found: every trial, the best, its model's folder and its command."""

    space: Space
    trials: Sequence[Trial]
    best: Trial
    folder: Path
    command: str


@dataclass(frozen=True)
class _Plan:
    """A search made ready: what its trials are and what each is told."""

    search: Search
    space: Space
    options: Mapping[str, argparse.Action]
    job: Job
    trials: list[Trial] = field(default_factory=list)

    def words(self, trial: Trial) -> list[str]:
        return as_arguments(trial.settings, self.options)

    def command(self, trial: Trial, out: str) -> list[str]:
        return ["haiga", "train", *self.job.command, *self.words(trial), "--out", out]


def tune(search: Search, tell: Tell = lambda _: None) -> Found:
    """Run a search to its end, or on from where it was killed; trials that ended stay as they are.

    `tell` is called with all trials about twice a second and at the end. Raises UserError for
    what cannot be meant, before anything is run, and for what no trial can be run with, after
    the first; JobError when every trial failed, or the first few; Stopped when the user ended
    it, and the same command then goes on.
    """
    plan = _planned(search)
    _prepare(plan)
    with alone_in(plan.job.folder):
        _bring_back(plan)
        left = [trial for trial in plan.trials if not trial.ended]
        if left:
            _run(plan, left, tell)
        tell(plan.trials)
        return _chosen(plan)


def _planned(search: Search) -> _Plan:
    """Everything that can be refused is refused here."""
    faults = []
    if not 1 <= search.trials <= MOST_TRIALS:
        faults.append(f"--trials {search.trials}: must be from 1 to {MOST_TRIALS:,}")
    if search.engine not in ENGINES:
        faults.append(f"--engine {search.engine}: must be one of {', '.join(ENGINES)}")
    if search.minutes is not None and search.steps is not None:
        faults.append("--minutes and --steps: give one of both")
    if search.minutes is not None and not 0 < search.minutes <= 100_000:
        faults.append(f"--minutes {search.minutes:g}: must be above 0")
    if search.steps is not None and search.steps < 1:
        faults.append(f"--steps {search.steps}: must be at least 1")
    if search.workers is not None and not 1 <= search.workers <= MOST_TRIALS:
        faults.append(f"--workers {search.workers}: must be at least 1")
    if search.address is not None and search.engine != "ray":
        faults.append(f"--ray-address {search.address}: is for --engine ray")
    if not 0 <= search.seed <= MAX_SEED:
        faults.append(f"--seed {search.seed}: must be from 0 to 2^63 - 1")
    if faults:
        raise UserError("; ".join(faults))
    known = recipe_names()
    if search.recipe not in known:
        raise UserError(
            f"no recipe named '{search.recipe}'; {hint(search.recipe, known, label='recipes')}"
        )
    space = space_of(search.recipe, search.space)
    if importlib.util.find_spec("torch") is None:
        raise MissingExtra("training needs torch: pip install 'haiga[train]'")
    if search.engine == "ray" and importlib.util.find_spec("ray") is None:
        raise MissingExtra("--engine ray needs Ray: pip install 'haiga[ray]'")
    module = importlib.import_module(f"{RECIPES}.{search.recipe}")
    if not hasattr(module, "parser"):
        raise UserError(
            f"the {search.recipe} recipe cannot be searched: it does not say what its options are"
        )
    options = options_of(module.parser())
    check_settings(space, options, search.recipe, search.arguments)
    budget: list[str] = []
    if search.steps is not None:
        budget = ["--steps", str(search.steps)]
    elif search.minutes is not None:
        budget = ["--minutes", f"{search.minutes:g}"]
    command = (search.recipe, *search.arguments, *budget)
    shared = search.engine == "ray" or (search.workers or 1) > 1
    if shared and "threads" in options and "--threads" not in command:
        here = (os.cpu_count() or 1) // (search.workers or 1)
        command = (*command, "--threads", str(max(1, 1 if search.engine == "ray" else here)))
    job = Job(command, space.figure, space.goal, search.out / TRIALS)
    trials = [Trial(n, space.drawn(search.seed, n)) for n in range(search.trials)]
    plan = _Plan(search, space, options, job, trials)
    for trial in trials:
        _check(plan, module, trial)
    return plan


def _check(plan: _Plan, module: Any, trial: Trial) -> None:
    """Refuses, with what the recipe says, what it would not take."""
    words = [*plan.job.command[1:], *plan.words(trial), "--out", str(plan.job.out(trial))]
    told = ", ".join(f"{name} {shown(value)}" for name, value in trial.settings.items())
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            options = module.parser().parse_args(words)
        if hasattr(module, "check"):
            module.check(options)
    except UserError as error:
        raise UserError(f"trial {trial.number} ({told}): {error}") from error
    except SystemExit:
        raise UserError(
            f"trial {trial.number} ({told}): the {plan.search.recipe} recipe does not take these "
            f"arguments; see 'haiga train {plan.search.recipe} --help'"
        ) from None


def _asked(plan: _Plan) -> dict[str, Any]:
    """What makes a search this one and no other."""
    return {
        "recipe": plan.search.recipe,
        "command": list(plan.job.command),
        "space": plan.space.digest,
        "seed": plan.search.seed,
        "trials": plan.search.trials,
    }


def _prepare(plan: _Plan) -> None:
    """Makes the folder, or finds in it the same search; UserError when it holds another."""
    out, file = plan.search.out, plan.search.out / ASKED
    asked = _asked(plan)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; --out names the folder for the search")
    if file.exists():
        try:
            kept = json.loads(file.read_bytes())
        except ValueError as error:
            raise UserError(f"{file}: is damaged; choose another --out") from error
        # more trials of the same seed begin with those there are
        changed = [name for name in asked if kept.get(name) != asked[name] and name != "trials"]
        if changed or kept["trials"] > asked["trials"]:
            raise UserError(
                f"{out}: holds another search ({', '.join(changed or ['more trials'])}); give the "
                "same command to go on with it, or choose another --out"
            )
    elif out.is_dir() and (foreign := sorted(path.name for path in out.iterdir())):
        raise UserError(f"{out}: holds other files ({', '.join(foreign[:3])}); choose a new --out")
    make_folder(plan.job.folder)
    write_durably(file, json.dumps(asked, ensure_ascii=False, indent=1).encode())


def _bring_back(plan: _Plan) -> None:
    """Takes over how trials went in an earlier sitting; those that failed are run again."""
    for place, trial in enumerate(plan.trials):
        kept = plan.job.kept(trial.number)
        if kept is not None and dict(kept.settings) == dict(trial.settings):
            if kept.state == FAILED or not kept.ended:
                kept.state, kept.reason, kept.refused = WAITING, "", False
            plan.trials[place] = kept


def _run(plan: _Plan, left: Sequence[Trial], tell: Tell) -> None:
    words = [plan.words(trial) for trial in left]
    halving = Halving(plan.space.goal)
    for trial in plan.trials:
        if trial.ended:
            for look in trial.looks:
                halving.goes_on(trial.number, look.share, look.figure)
    running: Any
    if plan.search.engine == "ray":
        from haiga.training.on_ray import TrialsOnRay

        running = TrialsOnRay(
            plan.job, left, words, workers=plan.search.workers, address=plan.search.address
        )
    else:
        running = InTurn(plan.job, left, words, halving, plan.search.workers or 1)
    try:
        running.start()
        while not running.wait(LOOK_S):
            _refresh(plan, left)
            tell(plan.trials)
            if why := why_hopeless(plan.trials, plan.job.folder):
                raise why
    except KeyboardInterrupt:
        running.stop()
        _refresh(plan, left)
        done = sum(trial.ended for trial in plan.trials)
        raise Stopped(
            f"stopped after {done} of {len(plan.trials)} trials, which are kept in "
            f"{plan.search.out}; the same command goes on"
        ) from None
    except BaseException:
        running.stop()
        raise
    _refresh(plan, left)
    if why := why_hopeless(plan.trials, plan.job.folder):
        raise why


def _refresh(plan: _Plan, left: Sequence[Trial]) -> None:
    """Reads how the trials are from their records, wherever they run."""
    for trial in left:
        kept = plan.job.kept(trial.number)
        if kept is not None:
            plan.trials[trial.number] = kept


def _chosen(plan: _Plan) -> Found:
    """The best of the trials that ended with a model, copied to its place."""
    finished = [t for t in plan.trials if t.state == FINISHED and t.best is not None]
    if not finished:
        failed = next((t for t in plan.trials if t.state == FAILED), None)
        why = f"; the first says: {failed.reason}" if failed else ""
        raise JobError(f"none of {len(plan.trials)} trials ended with a model{why}")
    sign = 1 if plan.space.goal == "min" else -1
    best = min(finished, key=lambda trial: (sign * (trial.best or 0.0), trial.number))
    folder = plan.search.out / BEST
    _measure(plan, best)
    _keep_best(plan, best, folder)
    return Found(plan.space, plan.trials, best, folder, shlex.join(plan.command(best, str(folder))))


def _measure(plan: _Plan, best: Trial) -> None:
    """Writes the report on the best model, which trials are spared; its log has what is said."""
    out = plan.job.out(best)
    if plan.search.recipe not in MEASURED or (out / REPORT).exists():
        return
    main = recipe_main(plan.search.recipe)
    words = [*plan.job.command[1:], *plan.words(best), "--out", str(out), "--resume"]
    with (
        (plan.job.folder / f"{best.name}.log").open("a", encoding="utf-8") as log,
        contextlib.redirect_stderr(log),
    ):
        try:
            report_on(main(words), lambda line: print(line, file=log))
        except Stopped as error:
            raise Stopped(
                f"stopped while the best of the trials was measured; all are kept in "
                f"{plan.search.out}, and the same command goes on"
            ) from error


def _keep_best(plan: _Plan, best: Trial, folder: Path) -> None:
    """Copies the best model, without its checkpoints, and writes its settings on its card."""
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(plan.job.out(best), aside, ignore=shutil.ignore_patterns("work"))
    card = read_card(aside)
    told = ", ".join(f"{name} {shown(value)}" for name, value in best.settings.items())
    write_card(
        aside,
        name=plan.search.out.resolve().name if card.name == best.name else card.name,
        role=card.role,
        title=card.title,
        about=f"{card.about} The best of {len(plan.trials)} trials by {plan.space.figure} "
        f"({best.best:.4g}): {told}.",
        licence=card.licence,
        origin=card.origin,
        recipe=shlex.join(_with_last_names(plan.command(best, plan.search.out.resolve().name))),
        files=[file.name for file in card.files],
        data=[source.model_dump() for source in card.data],
        quality=card.quality,
        parity=card.parity,
        commit=card.commit,
        created=card.created,
    )
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)


def _with_last_names(words: Sequence[str]) -> list[str]:
    """A command whose paths are their last names, as cards have them."""
    return [Path(word).name if Path(word).exists() else word for word in words]
