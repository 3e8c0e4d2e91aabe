"""Inspect pictures beside a collection, or a poem beside what a poet learned: new, or a copy?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haiga.actions.generated import Asked, Source
from haiga.actions.seeds import seeds_for
from haiga.actions.texts import read_poem
from haiga.core.collecting import Looks
from haiga.core.counted import counted
from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture, Poem
from haiga.features.copy_gate import is_copied
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.features.shared_run import SharedRun
from haiga.inspection.inspect_report import Inspection, Subject
from haiga.inspection.originality import Limits, Named, Originality, Reference
from haiga.inspection.originality_leaning import leaning_of
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import LeftOut, PictureRecord, read_pictures
from haiga.media.picture_judging import judge_picture
from haiga.models.card import sha256

if TYPE_CHECKING:
    from haiga.collection.store import Collection

SEEN_PX, ALIGNED_PX = 512, 192
"""Large JPEGs are decoded no larger than that, to be looked at and to be aligned."""

VERSION, LIMITS = "originality.v2", "originality_limits"
"""The fact that keeps a collection's limits, and what they were learned by."""

LEARNING = "learning what is usual"
"""What takes minutes, and for a collection only once."""

BATCH = 16
POEM = frozenset({".txt", ".poem", ".md"})

Tell = Callable[[str, int, int], None]
"""Hears what is being done, and how much of it is done of how much."""

_TITLE = ("title", "name", "work_title")
_MAKER = ("artist", "maker", "author", "painter", "creator", "photographer")
_WORK = ("work_id", "work", "object_id", "id")


@dataclass(frozen=True)
class Beside:
    """A reference with what could not be part of it."""

    reference: Reference
    name: str
    left_out: tuple[LeftOut, ...]
    limits: Limits | None = None
    """Those learned before from the same pictures."""
    keep_limits: Callable[[Limits], None] = lambda limits: None
    advice: str = ""
    """What to do where its pictures lie on one another."""


def is_poem(path: Path) -> bool:
    """Whether a file is read as a poem, by the end of its name."""
    return path.suffix.lower() in POEM


def reference_of_folder(
    folder: Path, eye: Eye, *, where: tuple[str, ...] = (), tell: Tell = lambda *_: None
) -> Beside:
    """The pictures in a folder and below as a reference; looks at every one of them.

    Raises UserError where the folder holds none that can be read.
    """
    read = read_pictures(PictureChoice(folder, where=where))
    paths = {record.key: record.path for record in read.records}
    seen, left = _looks(paths, eye, tell)
    records = [record for record in read.records if record.key in seen]
    if not records:
        raise UserError(f"{folder}: none of its pictures can be read: {left[0].reason}")
    reference = Reference(
        [named_of(record) for record in records],
        [seen[record.key] for record in records],
        lambda key: _decoded(paths[key], ALIGNED_PX),
        [work_of(record) for record in records],
    )
    return Beside(reference, folder.resolve().name, (*read.left_out, *left))


def reference_of_collection(
    collection: Collection, eye: Eye, *, tell: Tell = lambda *_: None
) -> Beside:
    """The pictures of a collection that are not dropped as a reference.

    Near duplicates are groups where the collection has been judged. Looks that are not kept
    yet are made and kept. Raises UserError where it is empty.
    """
    from haiga.actions.judge import groups_of

    items = collection.items(("kept", "undecided"))
    if not items:
        raise UserError(
            f"collection '{collection.name}': holds no picture; `haiga collection add` fills it"
        )
    paths = {item.id: collection.file(item) for item in items}
    kept = collection.looks()
    fresh, left = _looks({i: p for i, p in paths.items() if i not in kept}, eye, tell)
    if fresh:
        collection.keep_looks(fresh)
    kept.update(fresh)
    items = [item for item in items if item.id in kept]
    if not items:
        raise UserError(f"collection '{collection.name}': none of its pictures can be read")
    names = {item.id: item.passport.title or item.passport.source_id for item in items}
    groups = groups_of(collection)
    twins = [groups.get(item.id, "") for item in items]
    reference = Reference(
        [Named(item.id, names[item.id], item.passport.maker) for item in items],
        [kept[item.id] for item in items],
        lambda key: _decoded(paths[key], ALIGNED_PX),
        [_same_work(item.passport.title, item.passport.maker) for item in items],
        twins,
    )
    told = [f"{item.id} {twin}" for item, twin in zip(items, twins, strict=True)]
    of = hashlib.sha256("\n".join([VERSION, *told]).encode()).hexdigest()

    def keep(limits: Limits) -> None:
        collection.tell(LIMITS, json.dumps({"of": of, **asdict(limits)}))

    advice = "" if groups else f"judge it first, `haiga collection judge {collection.name}`"
    limits = _kept_limits(collection, of)
    return Beside(reference, collection.name, tuple(left), limits, keep, advice)


def _kept_limits(collection: Collection, of: str) -> Limits | None:
    """The limits that were learned from just these pictures, None where there are none."""
    told = json.loads(collection.told(LIMITS) or "{}")
    if told.pop("of", "") != of:
        return None
    return Limits(**{**told, "scores": tuple(told["scores"]), "leans": tuple(told["leans"])})


def subjects_of(path: Path, *, limit: int | None = None) -> tuple[list[Subject], list[LeftOut]]:
    """The picture in a file, or the first `limit` of a folder, read one by one as inspected.

    Raises UserError where there is nothing to inspect.
    """
    if not path.is_dir():
        if not path.exists():
            raise UserError(f"{path}: there is no such file or folder")
        return [Subject(path.name, lambda: _whole(path), lambda: sha256(path))], []
    read = read_pictures(PictureChoice(path))
    chosen = read.records[:limit]
    subjects = [
        Subject(r.key, lambda r=r: _whole(r.path), lambda r=r: sha256(r.path))  # type: ignore[misc]
        for r in chosen
    ]
    return subjects, list(read.left_out)


def subjects_of_model(model: str, *, count: int, seed: int | None) -> list[Subject]:
    """What a generator makes of `count` seeds from `seed` on, made as they are inspected."""
    source = Source(Asked(model=model, count=count))
    return [
        Subject(f"seed {n}", lambda n=n: source.picture(n).picture)  # type: ignore[misc]
        for n in seeds_for(seed, count)
    ]


def inspect_pictures(
    beside: Beside,
    subjects: Sequence[Subject],
    eye: Eye,
    *,
    made_by: str = "",
    left_out: Sequence[LeftOut] = (),
    tell: Tell = lambda *_: None,
) -> Inspection:
    """Learns the limits from the reference, then inspects the subjects one by one.

    What cannot be read is left out with its reason; UserError where nothing is left.
    """
    if beside.limits is not None:
        judge = Originality(beside.reference, beside.limits)
    else:
        judge = Originality.calibrate(beside.reference, eye, tell=lambda i, n: tell(LEARNING, i, n))
        beside.keep_limits(judge.limits)
    inspected, kept, left = [], [], [*left_out, *beside.left_out]
    for i, subject in enumerate(subjects):
        tell("inspecting", i, len(subjects))
        try:
            picture = subject.load()
        except BadPicture as error:
            left.append(LeftOut(subject.key, str(error)))
            if len(subjects) == 1:
                raise UserError(f"{subject.key}: {error}") from error
            continue
        kept.append(subject)
        inspected.append(judge.inspect(picture, eye, digest=subject.digest()))
    if not inspected:
        raise UserError(f"nothing to inspect: {left[-1].key} {left[-1].reason}")
    return Inspection(
        made_by or "these pictures",
        beside.name,
        judge,
        tuple(kept),
        tuple(inspected),
        leaning_of(judge, inspected),
        tuple((one.key, one.reason) for one in left),
        beside.advice,
    )


@dataclass(frozen=True)
class PoemInspected:
    """What a poem shares with the works a poet learned from: runs of words, the longest first."""

    poem: Poem
    model: str
    runs: tuple[SharedRun, ...]

    @property
    def judgement(self) -> str:
        """ "copy" with a run that counts as copied, "close" with any other, else "new"."""
        if any(is_copied(run) for run in self.runs):
            return "copy"
        return "close" if self.runs else "new"

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "judgement": self.judgement,
            "beside": self.model,
            "lines": list(self.poem.lines),
            "shared": [asdict(run) for run in self.runs],
        }


def inspect_poem(path: Path, model: str) -> PoemInspected:
    """The longest runs of five words and more that a poem shares with the poet's copying index.

    Raises UserError for a file that is no poem, and a poet without an index.
    """
    from haiga.actions.evaluate import index_of
    from haiga.models.store import load_model

    poem = read_poem(path)
    poet = load_model(model)
    if poet.card.role != "poet":
        raise UserError(f"{model}: is the model of a {poet.card.role}; a poem is inspected beside "
                        "what a poet learned, so name a poet")  # fmt: skip
    index = index_of(poet)
    if index is None:
        raise UserError(f"{model}: keeps no copying index, so nothing can be said about copies")
    # With every third place kept, runs of five are not told.
    runs = index.runs(poem.lines, 5 if index.stride == 1 else 6)
    ranked = sorted(runs, key=lambda run: (-run.words, run.line, run.start))
    return PoemInspected(poem, model, tuple(ranked))


def named_of(record: PictureRecord, key: str = "") -> Named:
    """What a table says of a picture: its title and who made it."""
    told = {name.strip().lower().replace(" ", "_"): v for name, v in record.columns.items()}
    return Named(key or record.key, _said(told, _TITLE), _said(told, _MAKER))


def work_of(record: PictureRecord) -> str:
    """A name that pictures of one work share, from the columns of a table; "" without any."""
    told = {name.strip().lower().replace(" ", "_"): v for name, v in record.columns.items()}
    work = _said(told, _WORK)
    return f"work {work}" if work else _same_work(_said(told, _TITLE), _said(told, _MAKER))


def _same_work(title: str, maker: str) -> str:
    return f"{title.casefold()}\n{maker.casefold()}" if title and maker else ""


def _said(told: Mapping[str, str], names: Sequence[str]) -> str:
    return next((" ".join(told[name].split()) for name in names if told.get(name)), "")


def _looks(
    paths: Mapping[str, Path], eye: Eye, tell: Tell
) -> tuple[dict[str, Looks], list[LeftOut]]:
    """The looks of every picture that can be read, and what cannot."""
    seen: dict[str, Looks] = {}
    left: list[LeftOut] = []
    keys = list(paths)
    for start in range(0, len(keys), BATCH):
        tell("looking at the collection", start, len(keys))
        some: dict[str, Picture] = {}
        for key in keys[start : start + BATCH]:
            try:
                some[key] = _decoded(paths[key], SEEN_PX)
            except BadPicture as error:
                left.append(LeftOut(key, str(error)))
        seen.update(zip(some, looks_of(list(some.values()), eye), strict=True))
    return seen, left


def _decoded(path: Path, draft_px: int) -> Picture:
    return judge_picture(path, draft_px=draft_px, least_px=8).pixels


def _whole(path: Path) -> Picture:
    return judge_picture(path, draft_px=SEEN_PX, least_px=8).pixels


def told_begun(what: str, count: int, *, kept: bool) -> str:
    """One line on what begins, of how many pictures; `kept` where it is not done again."""
    if what != LEARNING:
        return f"{what}: {counted(count, 'picture')} …"
    once = ", once for this collection" if kept else ""
    return f"{what} from {counted(count, 'picture')}{once} …"


def told_left_out(left: Sequence[tuple[str, str]]) -> str:
    """One line on what was left out."""
    key, reason = left[0]
    more = f", and {len(left) - 1:,} more" if len(left) > 1 else ""
    return f"left out: {key} {reason}{more}"
