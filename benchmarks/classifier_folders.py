"""Folders of pictures in classes, made of the sets beside MANIFEST.md, for the benchmark.

`photographs`: ten kinds in the FSA-OWI colour photographs of 1939 to 1945 (farms, towns, railways,
war work), told by looking at each: `photograph_kinds.tsv`. Eleven further kinds are never learned,
and what shows two kinds is left out.

`fruit`: ten kinds of fruit in the watercolours of the US Department of Agriculture, by the kind
that the collection names: clean classes, and no photographs.

The eye learned from most of both sets, with their tags. So learned from are pictures that the eye
learned from too, 100 of each class at most, and tested are those it was kept apart from.
"""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from haiga.training.eye.labels import is_held_out, work_of

PHOTOGRAPHS, FRUIT = "fsa_color_photos", "usda_watercolors_small"
EACH, MOST_UNSEEN = 100, 60

KINDS_FILE = Path(__file__).with_name("photograph_kinds.tsv")
_FRUIT = ("apples", "peaches", "pears", "plums", "grapes", "strawberries", "oranges", "cherries",
          "grapefruits", "avocados")  # fmt: skip


@functools.cache
def _told() -> dict[str, str]:
    lines = KINDS_FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def photograph_kind(record: Mapping[str, Any]) -> str:
    """The kind of a photograph, none if it is unclear; one that begins with - is never learned."""
    return _told().get(record["file"], "")


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
        if not kind:
            continue
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


def make_dog(data: Path, out: Path, subject: str, *, taught_goats: bool) -> None:
    """One thing against all others, the nearest to somebody's dog that the sets have.

    `learn/Mila` are `horses` in scenes, or `strawberries`, 100 at most; `learn/other` scenes
    without animals, or apples, pears, grapes and oranges, 200 in all. `test` are those that the eye
    was kept apart from too; `goats` are what Mila could be taken for: cows and sheep, or
    cherries, plums, peaches and berries; `crosswalk` pictures of other sets. `taught_goats` puts
    every other goat into `learn/other` and leaves the rest.
    """
    collection = PHOTOGRAPHS if subject == "horses" else FRUIT
    kind_of = _horse if subject == "horses" else _strawberry
    rows = _rows(data / collection)
    rng = np.random.default_rng(1)
    taken = dict.fromkeys(("Mila", "other", "goat"), 0)
    for place in rng.permutation(len(rows)):
        record = rows[place]
        kind = kind_of(record)
        if not kind:
            continue
        file, apart = data / collection / record["file"], is_held_out(work_of(collection, record))
        taken[kind] += not apart
        if kind == "goat":
            if taken[kind] <= 2 * EACH:
                taught = taught_goats and taken[kind] % 2 and not apart
                _copy(file, out / "learn" / "other" if taught else out / "goats")
        elif apart or taken[kind] <= {"Mila": EACH, "other": 2 * EACH}[kind]:
            _copy(file, out / ("test" if apart else "learn") / kind)
    for other in ("square_paintings", "museum_textures", "documerica_photos"):
        found = _rows(data / other)
        for place in rng.permutation(len(found))[:60]:
            _copy(data / other / found[place]["file"], out / "crosswalk" / other)


def _horse(record: Mapping[str, Any]) -> str:
    tags = set(record["tags"])
    if "horse" in tags:
        return "Mila"
    if tags & {"cow", "sheep"}:
        return "goat"
    return "" if tags & {"dog", "cat", "bird", "elephant", "zebra"} else "other"


def _strawberry(record: Mapping[str, Any]) -> str:
    tags = set(record["tags"])
    if "strawberries" in tags:
        return "Mila"
    if tags & {"apples", "pears", "grapes", "oranges"}:
        return "other"
    goats = {"cherries", "plums", "peaches", "Rubus", "gooseberries", "blueberries", "mulberries"}
    return "goat" if tags & goats else ""


def _rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metadata.jsonl").open(encoding="utf-8")]


def _copy(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / source.name)
