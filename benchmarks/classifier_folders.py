"""Folders of pictures in classes, made of the sets beside MANIFEST.md, for the benchmark.

`photographs`: ten kinds of scene in the FSA-OWI colour photographs of 1939 to 1945 (farms, towns,
railways, war work). The kinds come from tags that a detector gave, of which most pictures have
several: the rarest of the ten counts. So some pictures show two kinds, and some tags are wrong.

`fruit`: ten kinds of fruit in the watercolours of the US Department of Agriculture, by the kind
that the collection names: clean classes, and no photographs.

The eye learned from most of both sets, with their tags. So learned from are pictures that the eye
learned from too, 100 of each class at most, and tested are those it was kept apart from.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from haiga.training.eye.labels import is_held_out, work_of

PHOTOGRAPHS, FRUIT = "fsa_color_photos", "usda_watercolors_small"
EACH, MOST_UNSEEN = 100, 60

_TAGS = (
    ("airplane", {"airplane"}),
    ("bridge", {"bridge"}),
    ("boat or sea", {"boat", "sea"}),
    ("animal", {"horse", "cow", "sheep"}),
    ("train or tracks", {"train", "railroad", "platform"}),
    ("car or truck", {"car", "truck", "motorcycle"}),
    ("-snow", {"snow"}),
    ("indoors", {"ceiling", "floor", "table", "shelf", "cabinet", "curtain"}),
    ("mountain", {"mountain", "rock"}),
    ("boat or sea", {"river", "water"}),
    ("-street", {"pavement"}),
    ("building", {"house", "building"}),
)
_FRUIT = ("apples", "peaches", "pears", "plums", "grapes", "strawberries", "oranges", "cherries",
          "grapefruits", "avocados")  # fmt: skip


def photograph_kind(record: Mapping[str, Any]) -> str:
    """The kind of a photograph; one that begins with - is a kind that is never learned."""
    tags = set(record["tags"])
    for name, some in _TAGS:
        if tags & some:
            return name
    if "person" in tags and tags & {"grass", "tree", "dirt", "sky"}:
        return "people outdoors"
    return "-person" if "person" in tags else "-field"


def fruit_kind(record: Mapping[str, Any]) -> str:
    """The kind of a fruit; one that begins with - is never learned."""
    tags = record["tags"]
    found = next((name for name in _FRUIT if name in tags), "")
    return found or f"-{tags[0] if tags else 'unnamed'}"


KINDS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "photographs": (PHOTOGRAPHS, photograph_kind),
    "fruit": (FRUIT, fruit_kind),
}


def make_folders(data: Path, name: str, out: Path) -> None:
    """Writes `learn`, `test`, `unseen` (kinds never learned), `other` (other sets) into `out`."""
    collection, kind_of = KINDS[name]
    rows = _rows(data / collection)
    rng = np.random.default_rng(0)
    taken: dict[tuple[str, str], int] = {}
    for place in rng.permutation(len(rows)):
        record = rows[place]
        kind = kind_of(record)
        apart = is_held_out(work_of(collection, record))
        part = "unseen" if kind.startswith("-") else "test" if apart else "learn"
        taken[part, kind] = taken.get((part, kind), 0) + 1
        most = MOST_UNSEEN if part == "unseen" else EACH
        if taken[part, kind] <= most:
            _copy(data / collection / record["file"], out / part / kind.removeprefix("-"))
    for other in ("documerica_photos", "square_paintings", "museum_textures",
                  *(FRUIT, PHOTOGRAPHS)):  # fmt: skip
        if other == collection:
            continue
        found = _rows(data / other)
        for place in rng.permutation(len(found))[:100]:
            _copy(data / other / found[place]["file"], out / "other" / other)


def _rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metadata.jsonl").open(encoding="utf-8")]


def _copy(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / source.name)
