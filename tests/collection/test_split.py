"""Splits keep works apart, depend on names and the seed alone, and stay as they are."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.collection.adding import add_from
from haiga.collection.split import UNASSIGNED, freeze_split, part_items, read_split, splits
from haiga.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import Painted, collected, item_of, passports


def scattered(number: int, **told: object):  # type: ignore[no-untyped-def]
    """An item whose digest does not follow its number."""
    from dataclasses import replace

    return replace(item_of(number, **told), id=f"{random.Random(number).getrandbits(256):064x}")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 30)),
                min_size=40, max_size=80), st.integers(0, 99))  # fmt: skip
def test_no_work_and_when_asked_no_maker_stands_on_two_sides(
    told: list[tuple[int, int, int]], seed: int
) -> None:
    items = [
        scattered(i, maker=f"Maker {chr(65 + m)}" if m else "Unknown", title=f"Work {t}")
        for i, (t, m, _) in enumerate(told)
    ]
    groups = {item.id: str(g) for item, (_, _, g) in zip(items, told, strict=True)}
    for by_maker in (False, True):
        try:
            split = part_items(items, seed=seed, by_maker=by_maker, groups=groups)
        except UserError:
            continue
        sides: dict[object, set[str]] = {}
        for item, (t, m, g) in zip(items, told, strict=True):
            part = split.part(item.id)
            sides.setdefault(("group", g), set()).add(part)
            if m:
                sides.setdefault(("work", t, m), set()).add(part)
                if by_maker:
                    sides.setdefault(("maker", m), set()).add(part)
        assert all(len(parts) == 1 for parts in sides.values())
        assert set(split.parts.values()) == {"train", "validation", "test"}


def test_the_parts_have_their_shares_and_depend_on_the_seed_alone() -> None:
    items = [scattered(i, title=f"Work {i}", maker="A Bee") for i in range(400)]
    split = part_items(items, seed=1)
    assert split.sizes == {"train": 320, "validation": 40, "test": 40}
    mixed = random.Random(0).sample(items, len(items))
    assert part_items(mixed, seed=1).digest == split.digest
    other = part_items(items, seed=2)
    assert other.digest != split.digest
    same = sum(split.part(i.id) == other.part(i.id) == "test" for i in items)
    assert same < 15  # by chance 4


def test_a_work_id_binds_within_its_source_only() -> None:
    items = [
        scattered(i, source=f"s{i % 2}", columns={"Object_ID": str(i // 4)}) for i in range(80)
    ]
    split = part_items(items, seed=3, shares={"train": 0.5, "test": 0.5})
    for work in range(20):
        for source in range(2):
            mine = [i for i in items if i.number // 4 == work and i.number % 2 == source]
            assert len({split.part(i.id) for i in mine}) == 1
    apart = [w for w in range(20) if split.part(items[4 * w].id) != split.part(items[4 * w + 1].id)]
    assert apart


@pytest.mark.parametrize(
    ("count", "told", "says"),
    [(2, {}, "2 items cannot make 3 parts"),
     (9, {"shares": {"train": 0.5, "test": 0.6}}, "must make 1 together, not 1.1"),
     (9, {"shares": {"test": 1.0}}, "one of them 'train'"),
     (9, {"by_maker": True}, "are of 1 maker only")],
)  # fmt: skip
def test_what_cannot_be_parted_says_why(count: int, told: dict[str, object], says: str) -> None:
    items = [scattered(i, maker="A Bee") for i in range(count)]
    with pytest.raises(UserError, match=says):
        part_items(items, seed=0, **told)  # type: ignore[arg-type]


def test_a_frozen_split_stays_and_later_items_are_unassigned(tmp_path: Path) -> None:
    collection = collected(tmp_path, 20)
    made = part_items(collection.items(), seed=5)
    kept = freeze_split(collection, "first", made)
    assert (kept.digest, kept.seed, kept.sizes) == (made.digest, 5, made.sizes)
    assert freeze_split(collection, "first", made) == kept
    with pytest.raises(UserError, match="'first' is frozen with other parts"):
        freeze_split(collection, "first", part_items(collection.items(), seed=6))
    add_from(collection, Painted(passports(21)))
    later = collection.items()[-1]
    assert read_split(collection, "first").part(later.id) == UNASSIGNED
    assert [split.name for split in splits(collection)] == ["first"]
    with pytest.raises(UserError, match="has no split 'second'; there is first"):
        read_split(collection, "second")
    with pytest.raises(UserError, match="cannot be a split's name"):
        freeze_split(collection, "../x", made)
