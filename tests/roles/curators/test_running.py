"""All judges over a folder of files: each file decoded once, each verdict in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from haiga.core import registry
from haiga.core.collecting import Item, Passport
from haiga.features.eye import Eye
from haiga.roles.curators.running import judge_all, load_seen


def collection(folder: Path, painting: Any) -> tuple[list[Item], dict[str, Path]]:
    items, paths = [], {}
    for number in range(1, 29):
        path = folder / f"{number}.jpg"
        image = painting(number, 320, 240) if number % 9 else painting(1, 320, 240)
        image.save(path, quality=90)
        items.append(Item(f"{number:064x}", number, ".jpg", path.stat().st_size, 320, 240, "",
                          (Passport("folder", path.name),)))  # fmt: skip
        paths[items[-1].id] = path
    paths[items[20].id].write_bytes(b"\xff\xd8 cut short")
    return items, paths


def test_all_judges_judge_all_items_and_a_damaged_one_is_told(
    tmp_path: Path, painting: Any
) -> None:
    items, paths = collection(tmp_path, painting)
    judges = {name: registry.make("curator", name, {}) for name in registry.names("curator")}
    told: list[tuple[int, int]] = []
    kept = {}
    judged = judge_all(
        items, lambda item: paths[item.id], judges, eye=Eye(),
        tell=lambda done, of: told.append((done, of)),
        keep_looks=lambda some, looks: kept.update(
            {item.id: look for item, look in zip(some, looks, strict=True)}
        ),
    )  # fmt: skip
    assert set(judged.missed) == {items[20].id}
    assert judged.looks[20] is None
    assert len(kept) == 27
    for verdicts in judged.verdicts.values():
        assert [verdict is None for verdict in verdicts] == [at == 20 for at in range(28)]
    double = judged.verdicts["duplicates.v1"]
    assert [at + 1 for at, v in enumerate(double) if v and not v.keep] == [9, 18, 27]
    assert told[-1] == (28, 28)

    again = judge_all(
        items, lambda item: paths[item.id], judges, eye=Eye(), looks=kept,
        keep_looks=lambda some, looks: kept.pop("nothing new is looked at"),
    )  # fmt: skip
    assert again.verdicts == judged.verdicts


def test_a_large_picture_is_seen_small_and_a_small_one_as_it_is(
    tmp_path: Path, painting: Any
) -> None:
    painting(1, 1_400, 700).save(tmp_path / "large.png")
    painting(1, 90, 120).save(tmp_path / "small.png")
    picture, kind = load_seen(tmp_path / "large.png")
    assert picture.shape == (256, 512, 3)
    assert kind == "PNG"
    small, _ = load_seen(tmp_path / "small.png")
    assert np.array_equal(small, np.asarray(painting(1, 90, 120)))
