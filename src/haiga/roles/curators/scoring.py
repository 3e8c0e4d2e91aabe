"""From a measure and its threshold to a verdict: one half is the threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.collecting import Seen
from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Verdict

Floats = npt.NDArray[np.float32]


def verdict(
    name: str, value: float, threshold: float, *, low_is_bad: bool, bad: str, good: str
) -> Verdict:
    """A verdict on a measure of at least 0; its score is 0.5 at the threshold, 0 at worst.

    `bad` and `good` are the reasons on either side.
    """
    value = max(0.0, float(value))
    below = value / (value + threshold) if value + threshold > 0 else 0.0
    score = below if low_is_bad else 1.0 - below
    keep = value >= threshold if low_is_bad else value <= threshold
    return Verdict(name, keep, float(np.clip(score, 0.0, 1.0)), good if keep else bad)


def of_each(seen: Sequence[Seen], judge: Callable[[Picture], Verdict]) -> list[Verdict]:
    """The judge's verdict on each picture; ValueError where a picture was not given."""
    verdicts = []
    for one in seen:
        if one.picture is None:
            raise ValueError("a judge of single pictures was given none")
        verdicts.append(judge(one.picture))
    return verdicts


def luma(picture: Picture) -> Floats:
    """The grey levels of a picture: (H, W) float32 in 0 to 255."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).convert("L"), np.float32)


def check_setting(judge: str, name: str, value: float, low: float, high: float) -> None:
    """UserError where a setting is outside its range."""
    if not low <= value <= high:
        raise UserError(f"curator '{judge}': {name}: {value} is outside {low:g} to {high:g}")
