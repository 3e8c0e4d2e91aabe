"""The index of what a picture model was trained on, written into the model's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from haiga.core.counted import counted
from haiga.core.nouns import Embedding, Picture
from haiga.features.eye import Eye
from haiga.features.picture_index import FILE, PictureIndex, Work
from haiga.features.picture_index_build import build_index
from haiga.media.durable import make_folder
from haiga.media.text_columns import guess
from haiga.models.card import CARD, ModelCard, write_card
from haiga.training.pictures.store import Indexes, PictureStore
from haiga.training.pictures.store_groups import MAKER, TITLE

_MOST_TITLE = 120
"""Characters of a title that are kept: some are whole captions."""


@dataclass(frozen=True)
class Trained:
    """Pictures that a model was trained on, each with its work and the group it belongs to.

    `held` are pictures of works it never saw, one of each.
    """

    pictures: Sequence[Picture]
    works: Sequence[Work]
    groups: Sequence[str]
    held: Sequence[Picture] = ()

    def __add__(self, other: Trained) -> Trained:
        return Trained(
            [*self.pictures, *other.pictures],
            [*self.works, *other.works],
            [*self.groups, *other.groups],
            [*self.held, *other.held],
        )


def trained_on(store: PictureStore, train: Indexes) -> Trained:
    """What a model saw that was trained on some of a store's pictures."""
    works = works_of([store.items[i].key for i in train], [store.items[i].columns for i in train])
    held: dict[str, int] = {}
    for i in store.held_out.tolist():
        held.setdefault(store.items[i].group, i)
    return Trained(
        [np.asarray(store.pixels[i]) for i in train],
        works,
        [store.items[i].group for i in train],
        [np.asarray(store.pixels[i]) for i in held.values()],
    )


def works_of(keys: Sequence[str], columns: Sequence[Mapping[str, str]]) -> list[Work]:
    """What each picture shows, by the columns that look like a title and a maker."""
    every = list(dict.fromkeys(name for row in columns for name in row))
    title, maker = guess(every, TITLE), guess(every, MAKER)

    def told(row: Mapping[str, str], column: str | None) -> str:
        text = " ".join(row.get(column, "").split()) if column else ""
        return text if len(text) <= _MOST_TITLE else text[: _MOST_TITLE - 1].rstrip() + "…"

    return [
        Work(key, told(row, title), told(row, maker))
        for key, row in zip(keys, columns, strict=True)
    ]


def write_index(
    trained: Trained,
    folder: Path,
    *,
    model: str,
    command: str,
    threads: int = 2,
    licence: str = "unstated",
    also: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> PictureIndex | None:
    """Build the index of a model's pictures and write it with its card into a folder.

    `also` names models whose pictures this one learned from before. Returns None, and says so,
    where the pictures are all of one work.
    """
    if len(set(trained.groups)) < 2:
        say("no index against copies is made: its pictures are all of one work")
        return None
    eye = Eye(threads=threads)
    seen = [eye.embed(trained.pictures[i : i + 512]) for i in range(0, len(trained.pictures), 512)]
    sight = Embedding(np.concatenate([s.early for s in seen]),
                      np.concatenate([s.late for s in seen]))  # fmt: skip
    index = build_index(trained.pictures, trained.works, trained.groups, eye,
                        held=trained.held, sight=sight, also=also)  # fmt: skip
    make_folder(folder)
    (folder / CARD).unlink(missing_ok=True)
    index.save(folder / FILE)
    _card(index, folder, model, command, licence)
    limits, works = index.limits, counted(len(index.works), "work")
    say(
        f"indexed {counted(len(index), 'picture')} of {works} against copies, "
        f"{(folder / FILE).stat().st_size / len(index):.0f} bytes each; "
        f"{limits.copy_rate:.1%} of new works would be called copies"
    )
    return index


def _card(index: PictureIndex, folder: Path, model: str, command: str, licence: str) -> ModelCard:
    limits = index.limits
    return write_card(
        folder,
        name=f"{model}-pictures",
        role="index",
        title=f"What {model} was trained on",
        about=f"Whitened views in 8 bits of {len(index):,} pictures of {len(index.works):,} works, "
        "by which a picture that shows one of them again is found and the work named. It holds "
        "no picture; what can be worked out from it is a blur of some eight by eight dots of "
        "colour (docs/gate.md).",
        licence=licence,
        origin="Built by haiga.",
        recipe=command,
        files=[FILE],
        quality={
            "pictures": len(index),
            "works": len(index.works),
            "works left out to set its limits": limits.count,
            "new works called close, at most": float(f"{limits.close_rate:.3g}"),
            "new works called copies, at most": float(f"{limits.copy_rate:.3g}"),
        },
    )
