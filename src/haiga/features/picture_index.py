"""What a model was trained on, as an index: is a picture new, or one of those again?

Of each training picture three whitened views are kept, 8 bits a number: its layout, and what
the eye sees early and late (`inspection.picture_copies` explains them). A picture is
compared as it is and mirrored, and its layout in many placements, since the index has
each training picture in one only. Its distance from a training picture is that of the layout
or the geometric mean of all three views, whichever tells more, divided by what is usual: 1 is
as near as a real picture of a work that the index has not typically comes to the others.

Two limits are set by such works, left out one at a time (conformal prediction: Vovk,
Gammerman, Shafer: "Algorithmic Learning in a Random World", 2005): of n distances the k-th
smallest is undercut by another new work with probability k / (n + 1).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel
from haiga.core.nouns import Picture
from haiga.core.roles import Embedder
from haiga.features.hashes import THUMBNAIL_PX
from haiga.features.picture_views import Placement, mirrored, moved, placed_thumbnails
from haiga.features.whitening import Whitener
from haiga.media.durable import write_durably
from haiga.models.card import AGAIN
from haiga.models.store import Model

FILE = "pictures.safetensors"
FOLDER = "picture_index"
"""Where a model's folder keeps its index, with a card of its own."""

VIEWS = ("layout", "early", "late")
LEAST = 1e-3
"""The smallest distance of one view: identical ones do not outweigh the other views."""

INNER = 0.88
"""The side of the square in the middle of a training picture whose layout is kept: what was
moved by a few hundredths still shows all of it."""

PLACEMENTS = (
    Placement(INNER),
    *moved(INNER, 0.02, 0.04, 0.06),
    *(Placement(INNER * side) for side in (0.85, 0.9, 0.95, 1.055, 1.11, 1.18, 1.25)),
    *moved(INNER * 0.9, 0.04),
    *moved(INNER * 1.11, 0.04),
)
"""Where that square is looked for in a picture; above 1 in one that shows a part of another."""

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Newness = Literal["new", "close", "copy"]


@dataclass(frozen=True)
class Work:
    """A work that a training picture shows: its file's key, its title and who made it."""

    key: str
    title: str = ""
    maker: str = ""

    @property
    def told(self) -> str:
        """`“Title” by Maker`, or the key where there is no title."""
        name = f"“{self.title}”" if self.title else self.key
        return f"{name} by {self.maker}" if self.maker else name


@dataclass(frozen=True)
class Shown:
    """A picture to be looked for, as it is and mirrored (the first axis, 2).

    `layouts` (2, P, 768) thumbnails in every placement, `early` (2, E), `late` (2, L) the eye's.
    """

    layouts: Floats
    early: Floats
    late: Floats

    @classmethod
    def of(cls, picture: Picture, eye: Embedder) -> Shown:
        """Looks at a picture twice."""
        both = [picture, *mirrored([picture])]
        seen = eye.embed(both)
        placed = placed_thumbnails([picture], PLACEMENTS)[:, 0].astype(np.float32)  # (P, 768)
        # the placements lie as far to the left as to the right: mirrored, they are the same ones
        small = placed.reshape(len(placed), THUMBNAIL_PX, THUMBNAIL_PX, 3)
        turned = small[:, :, ::-1].reshape(placed.shape)
        return cls(np.stack([placed, turned]), seen.early, seen.late)


@dataclass(frozen=True)
class Limits:
    """How near is near, as works left out told it.

    Below `close` come `close_rate` of real new works, below `copy` `copy_rate` of them; both
    of `count` works. `distances` (Q,) are quantiles of theirs, rising. `usual`
    (3,) and `usual_ways` (2,) are what distances of the views and ways are divided by.
    """

    usual: Floats
    usual_ways: Floats
    usual_nearest: float
    close: float
    copy: float
    close_rate: float
    copy_rate: float
    count: int
    distances: Floats


@dataclass(frozen=True)
class Nearest:
    """The training picture that a picture comes nearest to, and what that means.

    `distance` is in units of what is usual for real new works; `value` is "copy" below the
    index's lower limit, "close" below the upper one, else "new".
    """

    value: Newness
    distance: float
    work: Work


class PictureIndex:
    """Finds the nearest of N training pictures; `build_index` makes one, `load` reads one.

    `rows` are three (N, R) int8 arrays, whitened by `whiteners`; `work_of` (N,) says which of
    `works` a row shows. `also` names models whose pictures this one learned from before. It
    holds no picture.
    """

    def __init__(
        self,
        whiteners: Sequence[Whitener],
        rows: Sequence[npt.NDArray[np.int8]],
        scales: Floats,
        works: Sequence[Work],
        work_of: npt.NDArray[np.int32],
        limits: Limits | None = None,
        also: Sequence[str] = (),
    ) -> None:
        self.whiteners, self.rows, self.scales = tuple(whiteners), tuple(rows), scales
        self.works, self.work_of = tuple(works), work_of
        self._limits, self.also = limits, tuple(also)

    def __len__(self) -> int:
        return len(self.work_of)

    @property
    def limits(self) -> Limits:
        """What is usual, and how near is too near."""
        if self._limits is None:
            raise ValueError("this index has not been calibrated")
        return self._limits

    def find(self, shown: Shown) -> Nearest:
        """The training picture nearest to a picture."""
        distance, row = self.distance(shown, self.limits)
        limits = self.limits
        value: Newness = "new"
        if distance < limits.close:
            value = "copy" if distance < limits.copy else "close"
        return Nearest(value, distance, self.works[int(self.work_of[row])])

    def distances(self, shown: Shown) -> Floats:
        """Cosine distances (2, 3, N) of each way it may be turned, by each view."""
        layout, early, late = self.whiteners
        rows = self._lengthened
        like = np.empty((2, len(VIEWS), len(self)), np.float32)
        placed = layout(shown.layouts.reshape(-1, shown.layouts.shape[-1]))
        each = (placed @ rows[0].T).reshape(2, -1, len(self))
        like[:, 0] = each.max(1)
        like[:, 1] = early(shown.early) @ rows[1].T
        like[:, 2] = late(shown.late) @ rows[2].T
        return np.asarray(1 - like, np.float32)

    def distance(
        self, shown: Shown, limits: Limits, without: Bools | None = None
    ) -> tuple[float, int]:
        """How near the nearest row is, in what `limits` calls usual, and which it is.

        Rows for which `without` (N,) is true are passed over.
        """
        apart = self.distances(shown)
        if without is not None:
            apart[:, :, without] = np.inf
        ways, places = nearest_ways(apart, limits.usual)
        relative = ways / limits.usual_ways
        way = int(relative.argmin())
        return float(relative[way] / limits.usual_nearest), int(places[way])

    @cached_property
    def _lengthened(self) -> tuple[Floats, ...]:
        """The rows as they were: of length 1, but for rounding."""
        pairs = zip(self.rows, self.scales, strict=True)
        return tuple(rows.astype(np.float32) * np.float32(scale) for rows, scale in pairs)

    def save(self, path: Path) -> None:
        """Write the index as one safetensors file."""
        from safetensors.numpy import save

        limits = self.limits
        told = [[work.key, work.title, work.maker] for work in self.works]
        text = zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9)
        tensors: dict[str, npt.NDArray[Any]] = {
            "scales": self.scales,
            "work_of": self.work_of.astype(np.uint16 if len(self.works) < 1 << 16 else np.int32),
            "works": np.frombuffer(text, np.uint8),
            "usual": limits.usual.astype(np.float32),
            "usual_ways": limits.usual_ways.astype(np.float32),
            "distances": limits.distances.astype(np.float16),
        }
        for view, whitener, rows in zip(VIEWS, self.whiteners, self.rows, strict=True):
            tensors[f"{view}.mean"] = whitener.mean.astype(np.float16)
            tensors[f"{view}.turn"] = whitener.turn.astype(np.float16)
            tensors[f"{view}.rows"] = rows
        figures = ("usual_nearest", "close", "copy", "close_rate", "copy_rate", "count")
        header = {name: repr(getattr(limits, name)) for name in figures}
        write_durably(path, save(tensors, {**header, "also": json.dumps(self.also)}))

    @classmethod
    def load(cls, model: Model) -> PictureIndex:
        """The index in a folder with its card; BadModel where it is missing or damaged."""
        path = model.path(FILE)
        tensors = model.tensors(FILE)
        try:
            return _read(tensors, _metadata(path))
        except (KeyError, ValueError, TypeError, IndexError, zlib.error, UnicodeError) as error:
            raise BadModel(f"{path}: is no picture index ({error}); {AGAIN}") from error


def nearest_ways(apart: Floats, usual: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The nearest row by layout alone and by all views, of (2, 3, N): (2,) how near, which."""
    logs = np.log(np.maximum(apart / usual[None, :, None], LEAST))
    ways = np.stack([logs[:, 0], logs.mean(1)], 1).min(0)  # (2, N), whichever way it is turned
    return np.exp(ways.min(1)).astype(np.float32), ways.argmin(1)


def _metadata(path: Path) -> Mapping[str, str]:
    """The header's texts of a safetensors file."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: Mapping[str, Mapping[str, str]] = json.loads(file.read(size))
    return header["__metadata__"]


def _read(tensors: Mapping[str, npt.NDArray[Any]], told: Mapping[str, str]) -> PictureIndex:
    whiteners = [
        Whitener(tensors[f"{v}.mean"].astype(np.float32), tensors[f"{v}.turn"].astype(np.float32))
        for v in VIEWS
    ]
    rows = [tensors[f"{view}.rows"] for view in VIEWS]
    listed = json.loads(zlib.decompress(tensors["works"].tobytes()))
    works = [Work(*map(str, each)) for each in listed]
    work_of = tensors["work_of"].astype(np.int32)
    for each, whitener in zip(rows, whiteners, strict=True):
        if each.shape != (len(work_of), whitener.turn.shape[1]):
            raise ValueError("its rows and their works do not pair up")
    if not len(work_of) or not 0 <= int(work_of.min()) <= int(work_of.max()) < len(works):
        raise ValueError("a row names a work that is not listed")
    limits = Limits(
        usual=tensors["usual"].astype(np.float32),
        usual_ways=tensors["usual_ways"].astype(np.float32),
        usual_nearest=float(told["usual_nearest"]),
        close=float(told["close"]),
        copy=float(told["copy"]),
        close_rate=float(told["close_rate"]),
        copy_rate=float(told["copy_rate"]),
        count=int(told["count"]),
        distances=tensors["distances"].astype(np.float32),
    )
    also = [str(name) for name in json.loads(told["also"])]
    return PictureIndex(whiteners, rows, tensors["scales"], works, work_of, limits, also)
