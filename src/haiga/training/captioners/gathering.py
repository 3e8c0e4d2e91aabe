"""The pictures a captioner learns from: where they are, what they are said to show, which are kept
apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.training.captioners.look import look_of
from haiga.training.captioners.rules import (
    FRUIT,
    PAINTINGS,
    PHOTOGRAPHS,
    PRINTS,
    captions_of,
    objects_of,
)
from haiga.training.captioners.wording import CommonWords, is_english
from haiga.training.picture_cache import without_black_border

TRAIN, VALIDATION, HELD_OUT = "train", "validation", "held out"
TABLE = "metadata.jsonl"
FEWEST = 40
"""So many pictures with captions are the least that a captioner is trained on."""
_BORDER = 0.055  # of the film around a photograph


@dataclass(frozen=True)
class Captioned:
    """One picture, its captions (the best first), and on which side of the split it is.

    `objects` are the things that tags say are in it. `work` names what it is a picture of:
    all pictures of one work are on one side.
    """

    path: Path
    collection: str
    work: str
    captions: tuple[str, ...]
    objects: tuple[str, ...]
    licence: str
    source: str
    part: str

    @property
    def family(self) -> str:
        """Fruit, photographs or paintings of haiga's own collections, or other pictures."""
        if self.collection in FRUIT:
            return "fruit"
        if self.collection == PHOTOGRAPHS:
            return "photographs"
        return "paintings" if self.collection in (*PAINTINGS, *PRINTS) else "other pictures"


def gather(
    root: Path,
    *,
    texts: Sequence[str] = (),
    known: Sequence[str] = (),
    held_share: float,
    seed: int,
) -> tuple[list[Captioned], list[str]]:
    """The captioned pictures of every collection in a folder, and what must be said of them.

    A collection is a folder with pictures and `metadata.jsonl`, or `root` itself is one.
    `texts` are any English texts, out of which common words are told from names; or `known` are
    the common words. Raises `UserError` where there are too few.
    """
    folders = (
        [root] if (root / TABLE).is_file() else sorted(p.parent for p in root.glob(f"*/{TABLE}"))
    )
    records = [(folder, record) for folder in folders for record in _records(folder)]
    titles = [str(r.get(key) or "") for _, r in records for key in ("title", "caption", "text")]
    listed = [str(c) for _, r in records for c in r.get("captions") or () if isinstance(c, str)]  # type: ignore[attr-defined]
    english = [text for text in (*titles, *listed) if text and is_english(text)]
    common = CommonWords([] if known else [*texts, *english], known)
    made = [_captioned(folder, record, common, held_share, seed) for folder, record in records]
    found = [one for one in made if isinstance(one, Captioned)]
    why = Counter(one for one in made if isinstance(one, str))
    notes = [
        f"{n:,} of {len(records):,} pictures are left out: {reason}" for reason, n in why.items()
    ]
    if len(found) < FEWEST:
        raise UserError(
            f"{root}: holds {len(found)} pictures with captions, and a captioner needs {FEWEST} or "
            f"more; each collection is a folder with pictures and {TABLE} (file, caption)"
        )
    return found, notes


def prepared(path: Path, collection: str) -> Picture:
    """A picture without its film border or the dark around its page, as a captioner sees it."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    if collection == PHOTOGRAPHS:
        cut = round(_BORDER * min(image.size))
        image = image.crop((cut, cut, image.width - cut, image.height - cut))
    elif collection in FRUIT:
        image = without_black_border(image)
    return np.asarray(image)


def _records(folder: Path) -> Iterator[dict[str, object]]:
    for number, line in enumerate((folder / TABLE).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise UserError(f"{folder / TABLE}: line {number} is not JSON: {error}") from error
        if not isinstance(record, dict) or not isinstance(record.get("file"), str):
            raise UserError(f"{folder / TABLE}: line {number} names no 'file'")
        yield record


def _captioned(
    folder: Path, record: dict[str, object], common: CommonWords, share: float, seed: int
) -> Captioned | str:
    """The picture with its captions, or why it is left out."""
    path = folder / str(record["file"])
    try:
        picture = prepared(path, folder.name)
    except (OSError, ValueError):
        return "they cannot be read"
    look = look_of(picture, on_paper=folder.name in FRUIT)
    captions = captions_of(folder.name, record, common, look)
    if not captions:
        return "nothing is told of what they show"
    work = _work(folder.name, record)
    return Captioned(
        path=path,
        collection=folder.name,
        work=work,
        captions=captions,
        objects=objects_of(folder.name, record),
        licence=str(record.get("licence") or ""),
        source=str(record.get("source") or ""),
        part=_part(work, share, seed),
    )


def _work(collection: str, record: dict[str, object]) -> str:
    """A name that all pictures of one work share: a series under one caption, both sizes of one."""
    if collection in FRUIT:
        return f"usda/{record.get('id') or record['file']}"
    if collection == PHOTOGRAPHS and record.get("title"):
        return f"{collection}/{record['title']}"
    if collection in PAINTINGS and record.get("title") and record.get("artist"):
        return f"paintings/{record['artist']}/{record['title']}"
    return f"{collection}/{record['file']}"


def _part(work: str, share: float, seed: int) -> str:
    key = blake2b(f"{seed} {work}".encode(), digest_size=8).digest()
    drawn = int.from_bytes(key, "big") / 2**64
    if drawn < share:
        return HELD_OUT
    return VALIDATION if drawn < 1.5 * share else TRAIN
