"""The pictures of a collection's report, read once each and made small."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from haiga.collection.report import CollectionReport
from haiga.collection.store import Collection
from haiga.core.collecting import Item
from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture
from haiga.features.colour import palette
from haiga.media.picture_judging import judge_picture

EXAMPLE_PX, MAP_PX = 224, 112
PALETTE_OF = 150
"""The palette is taken from at most so many pictures."""


class Seer:
    """Reads each picture that the page needs once, and makes small ones of it."""

    def __init__(
        self, collection: Collection, report: CollectionReport, on_each: Callable[[int, int], None]
    ) -> None:
        self._collection = collection
        mapped = {place.item.id: place.item for place in report.map}
        examples = {i.id: i for of in report.examples.values() for i, _ in of}
        items = {**mapped, **examples}
        if not items:
            items = {i.id: i for i in collection.items(("kept", "undecided"))}
        self.lost = 0
        self._small: dict[tuple[str, int], bytes] = {}
        self.palettes: list[tuple[tuple[tuple[int, int, int], ...], tuple[float, ...]]] = []
        step = max(1, len(items) // PALETTE_OF)
        for number, item in enumerate(items.values()):
            on_each(number + 1, len(items))
            picture = self._read(item)
            if picture is None:
                self.lost += 1
                continue
            if item.id in mapped:
                self._small[item.id, MAP_PX] = encoded(picture, MAP_PX)
            if item.id in examples:
                self._small[item.id, EXAMPLE_PX] = encoded(picture, EXAMPLE_PX)
            if number % step == 0 and item.fate != "dropped" and len(self.palettes) < PALETTE_OF:
                self.palettes.append(palette(picture))

    def _read(self, item: Item) -> Picture | None:
        try:
            return judge_picture(
                self._collection.file(item), draft_px=EXAMPLE_PX, least_px=1
            ).pixels
        except BadPicture:  # its file is gone or damaged since: the page says so
            return None

    def at(self, item: Item, size_px: int) -> bytes:
        """A JPEG of the picture; empty where its file cannot be read any more."""
        return self._small.get((item.id, size_px), b"")


def encoded(picture: Picture, size_px: int) -> bytes:
    """A small JPEG of a picture, its longer side at most `size_px`."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
