"""What each look at a training measures of its samples, and what the looks together say."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from haiga.training.pictures.loop import Verdict
from haiga.training.pictures.samples import Pictures
from haiga.training.pictures.store import Indexes, PictureStore


class Looking:
    """Compares samples with the pictures learned from and with those held out."""

    def __init__(self, store: PictureStore, train: Indexes, *, threads: int = 2) -> None:
        self.store, self.train, self.threads = store, train, threads

    @functools.cached_property
    def _held(self) -> Any:
        from haiga.features.eye import Eye

        self.eye = Eye(threads=self.threads)
        return self.eye.embed(list(self.store.pixels[self.store.held_out]))

    def figures(self, made: Pictures) -> Mapping[str, float]:
        """KID to the held-out pictures."""
        from haiga.inspection.metrics.kid import kid

        held = self._held
        found = kid(held.late, self.eye.embed(list(made)).late)
        low, high = found.low or found.value, found.high or found.value
        return {"kid": found.value, "kid_low": low, "kid_high": high}

    def verdict(self, rows: Sequence[Mapping[str, Any]]) -> Verdict:
        """The look nearest to the held-out pictures is the best."""
        kids = [row["kid"] for row in rows]
        return Verdict(min(range(len(kids)), key=lambda i: kids[i]))
