"""What each look at a training measures of its samples, and what the looks together say."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from haiga.core.counted import counted
from haiga.features.eye import Eye
from haiga.inspection.watch import Watch, best_before_copying, copying_started
from haiga.models.store import load_model
from haiga.pages.numbers import share
from haiga.training.pictures.parts import Verdict
from haiga.training.pictures.samples import Pictures
from haiga.training.pictures.store import Indexes, PictureStore

FAR = 2.0
"""Samples whose median distance from the nearest training picture, as the eye sees them, is so
many times that of real new pictures copy none: they do not look like pictures yet."""


def eye_now() -> str:
    """The first digits of the eye's sha256: looks by another eye are not to be compared."""
    return load_model("eye").digests["eye/eye.onnx"][:12]


class Looking:
    """Compares samples with the pictures learned from and with those held out.

    The pictures are seen once, when the first sample is measured.
    """

    def __init__(
        self,
        store: PictureStore,
        train: Indexes,
        *,
        threads: int = 2,
        seed: int = 0,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store, self.train, self.threads = store, train, threads
        self.seed, self.say = seed, say

    @functools.cached_property
    def watch(self) -> Watch:
        """What the samples are compared with."""
        began = time.monotonic()
        pixels = self.store.pixels
        watch = Watch(
            Eye(threads=self.threads),
            pixels[self.train],
            pixels[self.store.held_out],
            seed=self.seed,
        )
        total = counted(len(self.train) + len(self.store.held_out), "picture")
        self.say(f"looked at {total} in {time.monotonic() - began:.0f} s, to tell copies by")
        return watch

    def figures(self, made: Pictures) -> Mapping[str, float]:
        """Every figure of `inspection.watch.Look`, by name.

        A network that has hardly begun makes flat grey, which may well be nearer to one pale
        training picture than a held-out picture is to any: that is no copying.
        """
        row = self.watch.look(made).as_row()
        if row["near_train"] > FAR * row["usual_near_train"]:
            row |= {"copy_share": 0.0, "copy_share_low": 0.0, "copies": 0.0}
        return row

    def verdict(self, rows: Sequence[Mapping[str, Any]]) -> Verdict:
        """The rules of `inspection.watch` over every look of the run so far."""
        stop = copying_started(rows)
        return Verdict(best_before_copying(rows), stop, _why(rows[-1]) if stop else "")


def _why(row: Mapping[str, Any]) -> str:
    return (
        f"it began to copy: {row['copies']:.0f} of {row['samples']:.0f} samples "
        f"({share(row['copy_share'])}) are as near to a picture it learned from as only "
        f"{share(row['false_alarms'])} of real new pictures are"
    )
