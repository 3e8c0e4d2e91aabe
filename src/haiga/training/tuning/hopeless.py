"""Whether a search can find anything at all, by how its trials ended so far."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from haiga.core.errors import HaigaError, JobError, UserError
from haiga.training.tuning.space import Value, shown
from haiga.training.tuning.trials import FAILED, WAITING, Trial

FIRST = 3
"""Where so many trials have failed and none has done anything else, the others are not run."""


def why_hopeless(trials: Sequence[Trial], folder: Path) -> HaigaError | None:
    """Why no trial of a search will end with a model; None where one may, or has.

    One that was refused by a sentence that has nothing to do with its settings speaks for all
    of them; else `FIRST` that failed do. `folder` holds the trials.
    """
    if any(trial.looks or (trial.ended and trial.state != FAILED) for trial in trials):
        return None
    failed = [trial for trial in trials if trial.state == FAILED]
    for trial in failed:
        out = str(folder / trial.name)
        if trial.refused and out not in trial.reason and not names(trial.reason, trial.settings):
            return UserError(f"{trial.reason} (no trial's settings change that)")
    if len(failed) < FIRST or not any(trial.state == WAITING for trial in trials):
        return None
    return JobError(
        f"the first {len(failed)} of {len(trials)} trials failed, so the others are not run; the "
        f"first says: {failed[0].reason}"
    )


def names(sentence: str, settings: Mapping[str, Value]) -> bool:
    """Whether a sentence has to do with settings: it names one of them, or a value."""
    said = set(re.findall(r"[\w.+-]*\w", sentence.lower().replace("_", "-")))
    bare = {word.lstrip("-.+") for word in said}
    wanted = {name.lower().replace("_", "-") for name in settings}
    wanted |= {shown(value).lower().replace("_", "-") for value in settings.values()}
    return bool(wanted & (said | bare))
