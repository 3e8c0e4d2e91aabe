"""All judges over a whole collection: decoded once, in bounded memory."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
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
    name, by the item's id; its looks and verdicts are None. `groups` names for each near
    duplicate the item that stands for its group, by id; None where no judge looked for them.
    """

    verdicts: Mapping[str, Sequence[Verdict | None]]
    looks: Sequence[Looks | None]
    missed: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] | None = None


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
    resting: Container[str] = (),
) -> Judged:
    """Every judge's verdict on every item, those of single pictures first.

    `path_of` gives an item's file; `judges` are by the name their verdicts are wanted under.
    `looks` are those kept from before, by item id; new ones are handed to `keep_looks` batch
    by batch, in order. Batches are decoded, looked at and judged in `threads` threads at once,
    and no more than one batch more is in memory: judges of single pictures must bear being
    called from several threads; they are not asked about items whose ids are `resting` (their
    verdicts are None), unless those have no looks yet. `tell` hears how many of how many
    items are done. Reads files, writes nothing.
    """
    alone = {name: judge for name, judge in judges.items() if judge.alone}
    known = dict(looks or {})
    found: dict[str, list[Verdict | None]] = {name: [None] * len(items) for name in judges}
    looked: list[Looks | None] = [known.get(item.id) for item in items]
    formats = [""] * len(items)
    missed: dict[str, str] = {}
    wanted = [
        at
        for at, item in enumerate(items)
        if looked[at] is None or (alone and item.id not in resting)
    ]
    done = len(items) - len(wanted)
    parts = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]

    def judged_part(part: Sequence[int]) -> _Part:
        return _judge_part([items[at] for at in part], path_of, alone, eye, known)

    for part, result in zip(parts, _ahead(judged_part, parts, threads), strict=True):
        new = [k for k in result.seen if looked[part[k]] is None]
        for k, one in result.seen.items():
            looked[part[k]], formats[part[k]] = one.looks, one.format
        for name, verdicts in result.verdicts.items():
            for k, verdict in zip(result.seen, verdicts, strict=True):
                found[name][part[k]] = verdict
        missed.update(result.missed)
        if new:
            keep_looks([items[part[k]] for k in new], [result.seen[k].looks for k in new])
        done += len(part)
        tell(done, len(items))
    groups = _judge_together(items, path_of, judges, looked, formats, found)
    tell(len(items), len(items))
    return Judged(found, looked, missed, groups)


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
) -> dict[str, str] | None:
    """The judges of the whole collection, over what could be read of it; near duplicates'
    groups, where one of them finds such."""
    groups: dict[str, str] | None = None
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
        in_groups = getattr(judge, "judge_in_groups", None)
        if in_groups is not None:
            verdicts, some = in_groups(seen)
            groups = {} if groups is None else groups
            for group in some:
                first = seen[group.representative].item.id
                groups |= {first: first, **{seen[m.place].item.id: first for m in group.members}}
        else:
            verdicts = judge.judge(seen)
        for at, verdict in zip(places, verdicts, strict=True):
            found[name][at] = verdict
    return groups


@dataclass(frozen=True)
class _Part:
    """Of a batch: what was seen, by place in it and without pixels; verdicts in that order."""

    seen: Mapping[int, Seen]
    verdicts: Mapping[str, Sequence[Verdict]]
    missed: Mapping[str, str]


def _judge_part(
    items: Sequence[Item],
    path_of: Callable[[Item], Path],
    judges: Mapping[str, Curator],
    eye: Embedder,
    known: Mapping[str, Looks],
) -> _Part:
    """A batch decoded, looked at where it was not before, and judged."""
    pictures: dict[int, tuple[Picture, str]] = {}
    missed = {}
    for k, item in enumerate(items):
        try:
            pictures[k] = load_seen(path_of(item))
        except BadPicture as error:
            missed[item.id] = str(error)
    new = [k for k in pictures if items[k].id not in known]
    made = dict(zip(new, looks_of([pictures[k][0] for k in new], eye), strict=True))
    seen = {
        k: Seen(items[k], made[k] if k in made else known[items[k].id], picture, kind)
        for k, (picture, kind) in pictures.items()
    }
    verdicts = {name: judge.judge(list(seen.values())) for name, judge in judges.items()}
    bare = {k: replace(one, picture=None) for k, one in seen.items()}
    return _Part(bare, verdicts, missed)


def _ahead(
    work: Callable[[Sequence[int]], _Part], parts: Sequence[Sequence[int]], threads: int
) -> Iterator[_Part]:
    """`work(part)` for every part, in order, a few at once and one more begun."""
    coming = iter(parts)
    with ThreadPoolExecutor(max(1, threads), "judging") as pool:
        begun = deque(pool.submit(work, part) for part in itertools.islice(coming, threads + 1))
        try:
            while begun:
                yield begun.popleft().result()
                begun.extend(pool.submit(work, part) for part in itertools.islice(coming, 1))
        finally:
            for future in begun:
                future.cancel()
