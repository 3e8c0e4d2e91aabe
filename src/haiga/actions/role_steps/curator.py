"""A judge of pictures as a step."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from haiga.actions.role_steps.making import Table, maker, one
from haiga.core.nouns import Picture
from haiga.engine.plan import Work


def curator(use: str, settings: Table) -> Work:
    """A judge's verdict on one picture: `keep`, `score` in [0, 1] and `reason`.

    Only for a judge whose verdict depends on the picture alone.
    """

    def work(inputs: Table, seed: int) -> dict[str, Any]:
        made = maker("curator", use, settings)
        verdict = one(made.judge([_seen(inputs["picture"])]))
        return {"keep": verdict.keep, "score": float(verdict.score), "reason": verdict.reason}

    return work


def _seen(picture: Picture) -> Any:
    from haiga.core.collecting import SEEN_PX, Item, Passport, Seen
    from haiga.features.eye import Eye
    from haiga.features.looks import looks_of

    height, width, _ = picture.shape
    name = hashlib.sha256(picture.tobytes()).hexdigest()
    item = Item(name, 1, ".png", picture.nbytes, width, height, "", (Passport("step", name),))
    (looks,) = looks_of([picture], _eye(Eye))
    return Seen(item, looks, _within(picture, SEEN_PX), "PNG")


@functools.cache
def _eye(kind: Callable[[], Any]) -> Any:
    return kind()


def _within(picture: Picture, size_px: int) -> Picture:
    """The picture, made smaller where its longer side has more pixels than that."""
    import numpy as np
    from PIL import Image

    if max(picture.shape[:2]) <= size_px:
        return picture
    image = Image.fromarray(picture)
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    return np.asarray(image).copy()
