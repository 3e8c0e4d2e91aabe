"""Small real collections for tests: painted pictures, passports, verdicts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from haiga.collection.adding import add_from
from haiga.collection.store import Collection
from haiga.core.collecting import Found, Item, Missed, Passport
from haiga.core.nouns import Verdict


def painted(seed: int, width: int = 48, height: int = 40) -> bytes:
    """A PNG of a few bright blocks that no other seed gives."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Painted:
    """A source of painted pictures, one for each passport."""

    passports: Sequence[Passport]
    missed: Sequence[Missed] = ()
    name: str = "test"

    def find(self) -> Iterator[Found | Missed]:
        yield from self.missed
        for number, passport in enumerate(self.passports):
            yield Found(passport, lambda number=number: painted(number))  # type: ignore[misc]


def passports(count: int, **told: str) -> list[Passport]:
    """So many passports with names from a.png on."""
    return [Passport("test", f"{i:03}.png", title=f"Work {i}", **told) for i in range(count)]


def collected(
    studio: Path, made_of: Sequence[Passport] | int, *, missed: Sequence[Missed] = ()
) -> Collection:
    """A collection called `small` in a studio folder, of these pictures."""
    collection = Collection.new(studio, "small")
    of = passports(made_of) if isinstance(made_of, int) else made_of
    add_from(collection, Painted(of, missed))
    return collection


def judge(
    collection: Collection, curator: str, scores: Mapping[int, float], *, settings: str = "{}"
) -> None:
    """Keeps a judge's verdicts by item number; under a half it proposes to drop."""
    by_number = {item.number: item.id for item in collection.items()}
    collection.keep_verdicts(
        curator,
        {
            by_number[n]: Verdict(curator, score >= 0.5, score, f"has a score of {score}")
            for n, score in scores.items()
        },
        settings=settings,
    )


def item_of(number: int, maker: str = "", date: str = "", **more: object) -> Item:
    """An item that is in no collection, with one passport."""
    fields = {k: more.pop(k) for k in ("fate", "decided_by") if k in more}
    source = str(more.pop("source", "test"))
    passport = Passport(source, str(number), maker=maker, date=date, **more)  # type: ignore[arg-type]
    return Item(f"{number:064x}", number, ".png", 1, 40, 40, "", (passport,), **fields)  # type: ignore[arg-type]
