"""All judges over a whole collection: decoded once, in bounded memory."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from haiga.core.collecting import SEEN_PX, Item, Looks, Seen
from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture, Verdict
from haiga.core.roles import Curator, Embedder
from haiga.features.looks import looks_of
from haiga.media.picture_judging import judge_picture

BATCH = 16
"""Pictures decoded, looked at and judged together."""


@dataclass(frozen=True)
class Judged:
    """What was judged: `verdicts[name][i]` and `looks[i]` are of item i.

    Where an item's file could not be read, `missed` has the reason, which reads on from its
    name, by the item's id; its looks and verdicts are None.
    """

    verdicts: Mapping[str, Sequence[Verdict | None]]
    looks: Sequence[Looks | None]
    missed: Mapping[str, str] = field(default_factory=dict)


def judge_all(
    items: Sequence[Item],
    path_of: Callable[[Item], Path],
    judges: Mapping[str, Curator],
    *,
    eye: Embedder,
    looks: Mapping[str, Looks] | None = None,
    threads: int = 2,
    tell: Callable[[int, int], None] = lambda done, count: None,
    keep_looks: Callable[[Sequence[Item], Sequence[Looks]], None] = lambda items, looks: None,
) -> Judged:
    """Every judge's verdict on every item, those of single pictures first.

    `path_of` gives an item's file; `judges` are by the name their verdicts are wanted under.
    `looks` are those kept from before, by item id; new ones are handed to `keep_looks` batch
    by batch. Decoding runs in `threads` threads ahead of the judging; no more than a few
    batches of pictures are in memory at once. `tell` hears how many of how many items are
    done. Reads files, writes nothing.
    """
    alone = {name: judge for name, judge in judges.items() if judge.alone}
    known = dict(looks or {})
    found: dict[str, list[Verdict | None]] = {name: [None] * len(items) for name in judges}
    looked: list[Looks | None] = [None] * len(items)
    formats = [""] * len(items)
    missed: dict[str, str] = {}
    done = 0
    wanted = [at for at, item in enumerate(items) if alone or item.id not in known]
    for at in set(range(len(items))) - set(wanted):
        looked[at] = known[items[at].id]
    for places, pictures in _decoded(items, wanted, path_of, threads, missed, formats):
        new = [k for k, at in enumerate(places) if items[at].id not in known]
        made = looks_of([pictures[k] for k in new], eye)
        if made:
            keep_looks([items[places[k]] for k in new], made)
        fresh = dict(zip(new, made, strict=True))
        seen = []
        for k, at in enumerate(places):
            looks_here = fresh[k] if k in fresh else known[items[at].id]
            looked[at] = looks_here
            seen.append(Seen(items[at], looks_here, pictures[k], formats[at]))
        for name, judge in alone.items():
            for at, verdict in zip(places, judge.judge(seen), strict=True):
                found[name][at] = verdict
        done += len(places)
        tell(done, len(items))
    _judge_together(items, path_of, judges, looked, formats, found)
    tell(len(items), len(items))
    return Judged(found, looked, missed)


def load_seen(path: Path) -> tuple[Picture, str]:
    """A file's picture with a longer side of at most `SEEN_PX`, and its format's name.

    Raises BadPicture with the bare reason.
    """
    pixels = judge_picture(path, draft_px=SEEN_PX, least_px=1).pixels
    with Image.open(path) as image:
        name = image.format or ""
    height, width, _ = pixels.shape
    scale = SEEN_PX / max(width, height)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(
            Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        )
    return pixels, name


def _judge_together(
    items: Sequence[Item],
    path_of: Callable[[Item], Path],
    judges: Mapping[str, Curator],
    looked: Sequence[Looks | None],
    formats: Sequence[str],
    found: Mapping[str, list[Verdict | None]],
) -> None:
    """The judges of the whole collection, over what could be read of it."""
    places, seen = [], []
    for at, looks in enumerate(looked):
        if looks is not None:
            places.append(at)
            seen.append(Seen(items[at], looks, None, formats[at]))
    for name, judge in judges.items():
        if judge.alone:
            continue
        with_pictures = getattr(judge, "with_pictures", None)
        if with_pictures is not None:
            judge = with_pictures(lambda item: load_seen(path_of(item))[0])
        for at, verdict in zip(places, judge.judge(seen), strict=True):
            found[name][at] = verdict


def _decoded(
    items: Sequence[Item],
    wanted: Sequence[int],
    path_of: Callable[[Item], Path],
    threads: int,
    missed: dict[str, str],
    formats: list[str],
) -> Iterator[tuple[list[int], list[Picture]]]:
    """Batches of places with their pictures, decoded a few ahead."""
    ahead: queue.SimpleQueue[tuple[int, Future[tuple[Picture, str]]]] = queue.SimpleQueue()
    places: list[int] = []
    pictures: list[Picture] = []
    with ThreadPoolExecutor(max(1, threads), "decoding") as pool:
        coming = iter(wanted)

        def begin() -> None:
            at = next(coming, None)
            if at is not None:
                ahead.put((at, pool.submit(load_seen, path_of(items[at]))))

        for _ in range(BATCH + threads):
            begin()
        while not ahead.empty():
            at, future = ahead.get()
            try:
                picture, formats[at] = future.result()
                places.append(at)
                pictures.append(picture)
            except BadPicture as error:
                missed[items[at].id] = str(error)
            begin()
            if len(places) == BATCH:
                yield places, pictures
                places, pictures = [], []
    if places:
        yield places, pictures
