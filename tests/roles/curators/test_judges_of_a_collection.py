"""Judges that look at all pictures at once: odd ones, wrong labels, doubles, and taste."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from haiga.core import registry
from haiga.core.collecting import Passport
from haiga.core.errors import UserError
from haiga.roles.curators.learned import LearnedCurator


@pytest.fixture(scope="module")
def two_kinds(painting: Any) -> list[Image.Image]:
    """Thirty of red shapes, then thirty of blue stripes."""
    rng = np.random.default_rng(0)
    red = [painting(seed, 128, 128, hue=0) for seed in range(30)]
    blue = []
    for _ in range(30):
        stripes = np.zeros((128, 128, 3)) + np.array([30, 60, 160])
        stripes[:, :: int(rng.integers(8, 16))] += 70
        blue.append(Image.fromarray((stripes + rng.normal(0, 6, (128, 128, 1))).astype(np.uint8)))
    return red + blue


def test_grey_among_colour_is_odd_and_grey_among_grey_is_not(painting: Any, as_seen: Any) -> None:
    judge = registry.make("curator", "greyscale.v1", {})
    colour = [painting(seed, 96, 96) for seed in range(12)]
    grey = [image.convert("L") for image in colour]
    mixed = judge.judge(as_seen([*colour, grey[0]]))
    assert [verdict.keep for verdict in mixed] == [True] * 12 + [False]
    assert mixed[-1].reason == ("is grey among colour: 100 % of it is grey; of 13 pictures 1 is so")
    assert all(verdict.keep for verdict in judge.judge(as_seen(grey)))


def test_a_pale_sky_is_a_colour_and_an_even_tone_is_none(painting: Any, as_seen: Any) -> None:
    colour = [painting(seed, 96, 96) for seed in range(12)]
    grey = np.asarray(painting(20, 96, 96).convert("L"), np.float32)[:, :, None] / 2 + 64
    pale = np.repeat(grey, 3, axis=2)
    pale[:48] += [-4, 0, 6]  # bluish above
    pale[48:] += [4, 0, -6]
    toned = np.clip(grey + np.array([3, 0, -5]), 0, 255)
    judge = registry.make("curator", "greyscale.v1", {})
    images = [Image.fromarray(one.astype(np.uint8)) for one in (pale, toned)]
    verdicts = judge.judge(as_seen([*colour, *images]))
    assert verdicts[-2].reason.startswith("has pale colours")
    assert [verdict.keep for verdict in verdicts] == [True] * 13 + [False]


def test_what_is_unlike_all_the_rest_is_off_topic(two_kinds: Any, as_seen: Any) -> None:
    judge = registry.make("curator", "off-topic.v1", {})
    verdicts = judge.judge(as_seen([*two_kinds[:30], two_kinds[40]]))
    assert not verdicts[-1].keep
    assert sum(not verdict.keep for verdict in verdicts[:-1]) <= 1
    assert verdicts[-1].score == min(verdict.score for verdict in verdicts)


def test_examples_say_what_the_topic_is(two_kinds: Any, as_seen: Any) -> None:
    seen = as_seen(two_kinds)
    examples = [one.item.id[:8] for one in seen[30:38]]  # blue is what is wanted
    judge = registry.make("curator", "off-topic.v1", {"examples": examples})
    verdicts = judge.judge(seen)
    assert not any(verdict.keep for verdict in verdicts[:30])
    assert sum(verdict.keep for verdict in verdicts[30:]) >= 27


def test_fewer_than_eight_examples_accuse_nobody(two_kinds: Any, as_seen: Any) -> None:
    seen = as_seen(two_kinds)
    examples = [one.item.id[:8] for one in seen[30:37]]
    with pytest.raises(UserError, match="examples: 7 cannot tell .* name at least 8"):
        registry.make("curator", "off-topic.v1", {"examples": [*examples, examples[0]]})
    judge = registry.make("curator", "off-topic.v1", {"examples": [*examples, "f" * 64]})
    verdicts = judge.judge(seen)  # one is not in the collection
    assert all(verdict.keep for verdict in verdicts)
    assert "only 7 of the examples are here, and it takes 8" in verdicts[0].reason


def test_a_wrong_label_is_told_with_the_one_it_looks_like(two_kinds: Any, as_seen: Any) -> None:
    columns = [{"kind": "red" if at < 30 else "blue"} for at in range(60)]
    columns[4] = {"kind": "blue"}
    columns[50] = {}
    judge = registry.make("curator", "mislabelled.v1", {"column": "kind"})
    verdicts = judge.judge(as_seen(two_kinds, columns=columns))
    assert [at for at, verdict in enumerate(verdicts) if not verdict.keep] == [4]
    assert verdicts[4].reason == "may be mislabelled: it is 'blue', and looks like 'red'"
    assert verdicts[50].reason == "is not judged: it has no label"


def test_of_duplicates_the_largest_is_kept(painting: Any, as_seen: Any) -> None:
    large = painting(1, 360, 270)
    seen = as_seen([large.resize((180, 135)), painting(2), large, painting(3)])
    pixels = {one.item.id: one.picture for one in seen}
    without = [dataclasses.replace(one, picture=None) for one in seen]
    judge = registry.make("curator", "duplicates.v1", {})
    assert all(verdict.keep for verdict in judge.judge(without))
    verdicts = judge.with_pictures(lambda item: pixels[item.id]).judge(without)
    assert [verdict.keep for verdict in verdicts] == [False, True, True, True]
    assert verdicts[0].reason == "is a duplicate: resized from item 3"
    assert verdicts[2].reason == "stands for itself and 1 other"


def test_of_duplicates_the_one_whose_passport_tells_most_is_kept(
    painting: Any, as_seen: Any
) -> None:
    large = painting(1, 360, 270)
    bare, held = Passport("folder a", "1"), Passport(
        "met", "1", maker="A. Painter", licence="All rights reserved"
    )  # fmt: skip
    titled = Passport("folder b", "1", title="Untitled", maker="A. Painter", url="https://b.org")
    pictures = [ImageOps.mirror(large), large.resize((180, 135)), large.resize((240, 180))]
    seen = as_seen(pictures, passports=[(bare,), (held,), (titled,)])
    pixels = {one.item.id: one.picture for one in seen}
    judge = registry.make("curator", "duplicates.v1", {})
    verdicts = judge.with_pictures(lambda item: pixels[item.id]).judge(seen)
    assert [verdict.keep for verdict in verdicts] == [False, True, False]
    assert "from item 2, which has a licence and a maker" in verdicts[0].reason


def test_what_a_person_keeps_is_learned(two_kinds: Any, as_seen: Any) -> None:
    fates = ["kept"] * 10 + ["undecided"] * 20 + ["dropped"] * 10 + ["undecided"] * 20
    by = ["person" if fate != "undecided" else "" for fate in fates]
    seen = as_seen(two_kinds, fate=fates, decided_by=by)
    judge = LearnedCurator()
    verdicts = judge.judge(seen)
    assert all(verdict.keep for verdict in verdicts[10:30])
    assert not any(verdict.keep for verdict in verdicts[40:])
    lesson = judge.lesson(seen)
    assert (lesson.kept, lesson.dropped) == (10, 10)
    assert lesson.low < lesson.right <= lesson.high <= 1
    assert lesson.right >= 0.9


def test_of_fates_that_nothing_tells_apart_it_is_sure_of_none(painting: Any, as_seen: Any) -> None:
    pictures = [painting(seed, 96, 96) for seed in range(60)]
    fates = [("kept", "dropped")[at % 2] if at < 40 else "undecided" for at in range(60)]
    by = ["person" if fate != "undecided" else "" for fate in fates]
    lesson = LearnedCurator().lesson(as_seen(pictures, fate=fates, decided_by=by))
    assert lesson.low < 0.5 < lesson.high or lesson.right < 0.5
    assert np.abs(lesson.keep[40:] - 0.5).max() < 0.3


def test_too_few_decisions_teach_nothing_and_rules_are_no_decisions(
    two_kinds: Any, as_seen: Any
) -> None:
    fates = ["kept"] * 7 + ["dropped"] * 53
    by = ["person"] * 57 + ["rule"] * 3
    seen = as_seen(two_kinds, fate=fates, decided_by=by)
    with pytest.raises(UserError, match="there are 7 and 50: decide on some more"):
        LearnedCurator().lesson(seen)
    assert all(verdict.keep for verdict in LearnedCurator().judge(seen))
