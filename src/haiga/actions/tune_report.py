"""What a search found, as rows, as JSON, and as one page."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from haiga import __version__
from haiga.actions.tune import BEST, Found, Search
from haiga.core.counted import counted
from haiga.media.durable import write_durably
from haiga.pages import parts
from haiga.pages.markup import Html
from haiga.pages.numbers import duration, number
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure
from haiga.pages.plots import Bar, Series, bar_chart, line_chart, point_chart
from haiga.training.tuning.space import Range, Space, shown
from haiga.training.tuning.trials import FAILED, FINISHED, STOPPED, Trial

HTML, JSON = "report.html", "trials.json"


def trial_rows(space: Space, trials: Sequence[Trial]) -> tuple[list[str], list[list[str]]]:
    """A table of trials, the best first: heads, and a row of text each."""
    heads = ["trial", *space.settings, space.figure, "steps", "time", "state"]
    rows = []
    for trial in _ranked(space, trials):
        steps = f"{trial.looks[-1].step:,}" if trial.looks else "–"
        state = f"{trial.state}: {trial.reason}" if trial.reason else trial.state
        rows.append(
            [
                trial.name,
                *(shown(trial.settings[name]) for name in space.settings),
                number(trial.best, 4),
                steps,
                duration(trial.seconds / 60),
                state,
            ]
        )
    return heads, rows


def trial_json(trial: Trial, *, best: bool = False) -> dict[str, Any]:
    """A trial as a JSON object; a figure that is no number is null."""
    return {
        "trial": trial.number,
        "settings": dict(trial.settings),
        "state": trial.state,
        "reason": trial.reason,
        "figure": _plain(trial.best),
        "best": best,
        "seconds": round(trial.seconds, 1),
        "looks": [
            {"step": look.step, "share": round(look.share, 4), "figure": _plain(look.figure)}
            for look in trial.looks
        ],
    }


def write_tune_report(found: Found, search: Search) -> None:
    """Writes `report.html` and `trials.json` into the search's folder."""
    told = [trial_json(trial, best=trial is found.best) for trial in found.trials]
    value = {"recipe": search.recipe, "figure": found.space.figure, "goal": found.space.goal,
             "seed": search.seed, "command": found.command, "trials": told}  # fmt: skip
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_durably(search.out / JSON, text.encode())
    write_durably(search.out / HTML, tune_page(found, search).encode())


def tune_page(found: Found, search: Search) -> str:
    """The page: the best, the curves of all, each setting against the figure, every trial."""
    space, best, figure = found.space, found.best, found.space.figure.replace("_", " ")
    ended = {state: sum(t.state == state for t in found.trials)
             for state in (FINISHED, STOPPED, FAILED)}  # fmt: skip
    key = parts.key_figures(
        [
            Figure(f"best {figure}", number(best.best, 4), red=True),
            Figure("trials", number(len(found.trials)), beside=f"{ended[FINISHED]} to their end"),
            Figure("stopped early", number(ended[STOPPED]), beside=f"{ended[FAILED]} failed"),
            Figure("time of all trials", duration(sum(t.seconds for t in found.trials) / 60)),
        ]
    )
    made = parts.passport(
        {
            **{name: shown(value) for name, value in best.settings.items()},
            "model": str(Path(search.out.name) / BEST),
            "command": found.command,
        }
    )
    heads, rows = trial_rows(space, found.trials)
    sections = [
        Section(f"Trial {best.name} was best", [key, made]),
        Section(
            "How they learned",
            _curves(found),
            lead="A line for each trial; the best is dark. A line that ends early is a trial "
            "that was stopped: others had done better with as much training.",
        ),
        Section(
            "What each setting did",
            [_setting(found, name, allowed) for name, allowed in space.settings.items()],
            lead="Trials that were stopped early had less time, so their figures are worse than "
            "they need have been; with few trials a pattern here may be chance.",
        ),
        Section("Every trial", parts.table(heads, rows)),
    ]
    return page(
        f"haiga tune {search.recipe}",
        sections,
        subtitle=f"{counted(len(found.trials), 'trial')} with settings drawn from seed "
        f"{search.seed}; at each rung about one in three goes on.",
        footer=f"Written by haiga tune, haiga {__version__}: "
        f"{shlex.join(['haiga', 'tune', search.recipe])} …",
    )


def _curves(found: Found) -> Html:
    series = [
        Series(
            f"trial {trial.name}",
            [(look.step, look.figure) for look in trial.looks],
            faint=trial is not found.best,
        )
        for trial in found.trials
        if trial.looks
    ]
    return line_chart(
        f"{found.space.figure.replace('_', ' ')} of every trial",
        series,
        x="steps",
        y=found.space.figure.replace("_", " "),
    )


def _setting(found: Found, name: str, allowed: Range) -> Html:
    """A setting against the figure: points for numbers, bars of means for choices."""
    figure = found.space.figure.replace("_", " ")
    measured = [t for t in found.trials if t.best is not None and math.isfinite(t.best)]
    if allowed.kind == "choice":
        bars = []
        for value in allowed.values:
            figures = [t.best or 0.0 for t in measured if t.settings[name] == value]
            if figures:
                mean = sum(figures) / len(figures)
                told = f"{number(mean, 4)}, {counted(len(figures), 'trial')}"
                chosen = found.best.settings[name] == value
                bars.append(Bar(shown(value), mean, told, red=chosen))
        return bar_chart(name, bars, about=f"The mean {figure} of the trials with each value.")
    points = [(float(t.settings[name]), t.best or 0.0) for t in measured]
    dark = next((i for i, t in enumerate(measured) if t is found.best), None)
    return point_chart(
        name, points, x=name, y=figure, log_x=allowed.kind == "log-uniform", dark=dark
    )


def _ranked(space: Space, trials: Sequence[Trial]) -> list[Trial]:
    """Those that ended with a model first, then the stopped, each by its figure."""
    order = {FINISHED: 0, STOPPED: 1}
    sign = 1 if space.goal == "min" else -1
    return sorted(
        trials,
        key=lambda t: (
            order.get(t.state, 2),
            sign * t.best if t.best is not None else math.inf,
            t.number,
        ),
    )


def _plain(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
