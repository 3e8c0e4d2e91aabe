"""A copy without a licence frees nothing: the strictest licence of all near duplicates counts."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from haiga.actions.collect import export, listed, refusals, settle
from haiga.actions.judge import groups_of, judge_collection
from haiga.collection.adding import add_from
from haiga.collection.store import Collection
from haiga.core.collecting import Found, Passport
from haiga.core.errors import UserError


def picture(seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 255, (9, 9, 3), np.uint8)
    return Image.fromarray(noise).resize((320, 300), Image.Resampling.BICUBIC)


class Given:
    """A source of pictures with their passports."""

    name = "given"

    def __init__(self, given: list[tuple[Image.Image, Passport]]) -> None:
        self.given = given

    def find(self) -> Iterator[Found]:
        for image, passport in self.given:
            buffer = io.BytesIO()
            image.save(buffer, "PNG")
            yield Found(passport, buffer.getvalue)


@pytest.fixture
def laundered(tmp_path: Path) -> Collection:
    """Item 1 is reserved, 2 its mirrored copy without a licence, 3 another picture."""
    collection = Collection.new(tmp_path / "studio", "some")
    reserved = Passport("met", "1", title="A Mask", maker="A. Bee", licence="All rights reserved")
    add_from(collection, Given([
        (picture(1), reserved),
        (ImageOps.mirror(picture(1)).resize((400, 375)), Passport("folder", "copy.png")),
        (picture(2), Passport("folder", "free.png", licence="CC0")),
    ]))  # fmt: skip
    judge_collection(collection, ["duplicates.v1"], threads=1)
    return collection


@pytest.mark.parametrize("again", [False, True], ids=["judged once", "judged again"])
def test_the_copy_of_a_dropped_reserved_picture_is_kept_back(
    laundered: Collection, tmp_path: Path, again: bool
) -> None:
    settle(laundered, ["1"], "dropped", "a double")
    if again:  # the dropped one is not looked at now
        judge_collection(laundered, ["duplicates.v1"], threads=1)
    made = export(laundered, tmp_path / "out", everything=True, gate="research")
    assert (made.pictures, made.kept_back) == (1, 1)
    assert made.reasons[2].startswith("it is a near duplicate of item 1: in copyright")
    (row,) = map(json.loads, (tmp_path / "out" / "metadata.jsonl").read_text("utf-8").splitlines())
    assert row["source_id"] == "free.png"
    assert [item.number for item, _ in listed(laundered, ("undecided",), "research")] == [3]
    assert export(laundered, tmp_path / "all", everything=True).pictures == 2  # no gate, all


def test_where_only_copies_are_left_the_reason_is_told(
    laundered: Collection, tmp_path: Path
) -> None:
    settle(laundered, ["2"], "kept", "mine")
    with pytest.raises(UserError, match="item 2: it is a near duplicate of item 1"):
        export(laundered, tmp_path / "out", gate="research")
    assert not (tmp_path / "out").exists()


def test_the_same_bytes_from_two_sources_have_the_stricter_licence(tmp_path: Path) -> None:
    collection = Collection.new(tmp_path / "studio", "some")
    passports = (Passport("folder", "a.png"), Passport("met", "1", licence="All rights reserved"))
    for passport in passports:
        add_from(collection, Given([(picture(1), passport)]))
    (item,) = collection.items()
    assert "in copyright" in refusals(collection, "research")[item.id]


def test_groups_of_dropped_items_join_those_found_later(laundered: Collection) -> None:
    first, second = (item.id for item in laundered.items()[:2])
    settle(laundered, ["1"], "dropped", "a double")
    add_from(laundered, Given([(ImageOps.mirror(picture(1)).resize((200, 188)),
                                Passport("folder", "third.png"))]))  # fmt: skip
    judge_collection(laundered, ["duplicates.v1"], threads=1)
    third = laundered.items()[-1].id
    groups = groups_of(laundered)
    assert set(groups) == {first, second, third}
    assert len(set(groups.values())) == 1
