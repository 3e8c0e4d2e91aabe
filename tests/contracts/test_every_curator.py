"""The laws of `Curator`."""

import copy
import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from haiga.core.collecting import Item, Passport, Seen
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of

eye = functools.cache(Eye)


def as_seen(pictures: list[Picture], *, with_pixels: bool) -> list[Seen]:
    """The pictures as items of a collection, some decided by a person."""
    fates = ("kept", "dropped", "undecided")
    return [
        Seen(
            Item(
                id=f"{number:064x}", number=number, suffix=".png", bytes=1,
                width=picture.shape[1], height=picture.shape[0], added_at="2026-01-01",
                passports=(Passport("folder", str(number), columns={"kind": "ab"[number % 2]}),),
                fate=fates[number % 3], decided_by="person" if number % 3 < 2 else "",
            ),
            looks,
            picture if with_pixels else None,
            "PNG",
        )
        for number, (picture, looks) in enumerate(
            zip(pictures, looks_of(pictures, eye()), strict=True), 1
        )
    ]  # fmt: skip


def given(curator: Any, pictures: list[Picture]) -> tuple[Any, list[Seen]]:
    """The judge with what it needs, and the pictures as it sees them."""
    seen = as_seen(pictures, with_pixels=curator.alone)
    if hasattr(curator, "with_pictures"):
        by_id = {one.item.id: picture for one, picture in zip(seen, pictures, strict=True)}
        curator = curator.with_pictures(lambda item: by_id[item.id])
    return curator, seen


@pytest.fixture
def many(pictures: list[Picture]) -> list[Picture]:
    """Enough for a judge that learns: noise of all shapes, flat ones, one pixel, thin ones."""
    rng = np.random.default_rng(5)
    odd = [(1, 1), (1, 60), (60, 1), (2, 2), (5, 300), (33, 47)]
    noise = [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in odd]
    flat = [np.full((40, 50, 3), level, np.uint8) for level in (0, 128, 255)]
    more = [rng.integers(0, 256, (24, 32, 3), dtype=np.uint8) for _ in range(16)]
    return [*pictures, *noise, *flat, *more, pictures[0].copy()]


def test_every_picture_gets_one_verdict_in_order(curator: Any, many: list[Picture]) -> None:
    judge, seen = given(curator, many)
    verdicts = judge.judge(seen)
    assert len(verdicts) == len(many)
    for verdict in verdicts:
        assert 0 <= verdict.score <= 1
        assert isinstance(verdict.keep, bool)
        assert verdict.name.endswith(".v1")


def test_a_reason_is_one_clause_that_reads_on_from_the_name(
    curator: Any, many: list[Picture]
) -> None:
    judge, seen = given(curator, many)
    for verdict in judge.judge(seen):
        assert verdict.reason.split()[0] in {
            "is", "has", "seems", "may", "looks", "was", "stands"
        }, verdict.reason  # fmt: skip
        assert "\n" not in verdict.reason
        assert not verdict.reason.endswith(".")


def test_a_judge_of_single_pictures_does_not_care_what_else_there_is(
    curator: Any, many: list[Picture]
) -> None:
    judge, seen = given(curator, many)
    if not curator.alone:  # then it must do without their pixels
        assert all(one.picture is None for one in seen)
        assert judge.judge(seen)
        return
    together = curator.judge(seen)
    split = curator.judge(seen[:3]) + curator.judge(seen[3:])
    assert split == together
    assert curator.judge(seen[::-1])[::-1] == together


def test_the_same_collection_is_judged_the_same(curator: Any, many: list[Picture]) -> None:
    judge, seen = given(curator, many)
    assert judge.judge(seen) == judge.judge(seen)


def test_what_is_judged_is_not_touched(curator: Any, many: list[Picture]) -> None:
    judge, seen = given(curator, many)
    before = [picture.copy() for picture in many]
    looks = copy.deepcopy([one.looks for one in seen])
    judge.judge(seen)
    assert all(np.array_equal(b, p) for b, p in zip(before, many, strict=True))
    for was, one in zip(looks, seen, strict=True):
        for part in dataclasses.fields(was):
            assert np.array_equal(getattr(was, part.name), getattr(one.looks, part.name))


def test_one_picture_and_none_are_judged_too(curator: Any, many: list[Picture]) -> None:
    assert curator.judge([]) == []
    for picture in many[:8]:
        judge, seen = given(curator, [picture])
        assert len(judge.judge(seen)) == 1
