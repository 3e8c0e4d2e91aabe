"""The laws of `Poet`."""

import json
from typing import Any

import pytest

from haiga.core.errors import UserError


def test_one_poem_per_seed_in_order(poet: Any) -> None:
    poems = poet.write(["", "snow", ""], form="haiku", seeds=[1, 2, 3])
    assert len(poems) == 3
    assert all(poem.form == "haiku" and len(poem.lines) == 3 for poem in poems)
    assert all(line.strip() == line and line for poem in poems for line in poem.lines)


def test_the_same_seed_writes_the_same_poem(poet: Any) -> None:
    first = poet.write(["the moon"], form="haiku", seeds=[11])
    assert poet.write(["the moon"], form="haiku", seeds=[11]) == first


def test_a_poem_does_not_depend_on_its_batch(poet: Any) -> None:
    together = poet.write(["rain", "", "a crow"], form="haiku", seeds=[4, 5, 6])
    alone = [
        poet.write([about], form="haiku", seeds=[seed])[0]
        for about, seed in (("rain", 4), ("", 5), ("a crow", 6))
    ]
    assert together == alone


def test_other_seeds_write_other_poems(poet: Any) -> None:
    poems = poet.write([""] * 8, form="haiku", seeds=list(range(8)))
    assert len({poem.lines for poem in poems}) == 8


def test_the_largest_seed_writes_a_poem(poet: Any) -> None:
    assert len(poet.write([""], form="haiku", seeds=[2**63 - 1])) == 1


def test_nothing_asked_is_nothing_written(poet: Any) -> None:
    assert poet.write([], form="haiku", seeds=[]) == []


def test_what_a_poem_records_of_itself_is_plain(poet: Any) -> None:
    (poem,) = poet.write([""], form="haiku", seeds=[1])
    assert json.loads(json.dumps(dict(poem.details))) == dict(poem.details)


def test_an_unknown_form_is_refused(poet: Any) -> None:
    with pytest.raises(UserError, match="haikoo"):
        poet.write([""], form="haikoo", seeds=[1])


def test_abouts_and_seeds_must_be_as_many(poet: Any) -> None:
    with pytest.raises((UserError, ValueError)):
        poet.write(["snow", "rain"], form="haiku", seeds=[1])


@pytest.mark.parametrize("about", ["xyzzy", "雪", "!!!", "snow " * 200, "the of and", "\n\t"])
def test_whatever_it_is_about_a_haiku_is_written_or_the_words_refused(
    poet: Any, about: str
) -> None:
    try:
        (poem,) = poet.write([about], form="haiku", seeds=[1])
    except UserError:
        return
    assert len(poem.lines) == 3
