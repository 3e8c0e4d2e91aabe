"""The files of what steps hand each other: written, read back, and refused where they hold none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from haiga.actions.pipelines.kinds import KINDS, fits
from haiga.core.moods import mood_named
from haiga.core.nouns import Poem, Style

PICTURE = np.random.default_rng(2).integers(0, 256, (5, 7, 3)).astype(np.uint8)
STYLE = Style("a", "t", "m", "d", "c", "l", "love", 0.5, 0.1, ((1, 2, 3),), (0.5, 1.0))

VALUES: dict[str, Any] = {
    "picture": PICTURE,
    "poem": Poem(("old pond", "", "a frog")),
    "text": "two\nlines",
    "mood": mood_named("love", "it was asked for"),
    "style": STYLE,
    "json": {"b": [1, 2.5, None], "a": "ü"},
    "file": b"\0\xff",
}


def test_there_is_a_value_for_every_kind() -> None:
    assert set(VALUES) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_value_comes_back_from_its_file_and_gives_the_same_bytes_again(name: str) -> None:
    kind = KINDS[name]
    assert kind.fault(VALUES[name]) == ""
    data = kind.write(VALUES[name])
    back = kind.read(data)
    assert kind.write(back) == data
    if name == "picture":
        assert np.array_equal(back, PICTURE)
    else:
        assert back == VALUES[name]


@pytest.mark.parametrize("name", KINDS)
def test_another_kinds_value_is_told_as_what_it_is(name: str) -> None:
    strange = 3 if name != "json" else b"x"
    assert KINDS[name].fault(strange)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "file"])
def test_bytes_that_hold_no_such_value_are_refused_with_a_clause(name: str) -> None:
    with pytest.raises(ValueError, match=r"^is |^has |^are "):
        KINDS[name].read(b"\xff\xfe{")


def test_a_program_may_give_a_poem_as_lines_or_with_its_form() -> None:
    read = KINDS["poem"].read
    assert read(b"old pond\na frog\n\n").lines == ("old pond", "a frog")
    poem = read(b'{"lines": ["old pond"], "form": "haiku", "author": "B"}')
    assert (poem.lines, poem.form, poem.author) == (("old pond",), "haiku", "B")
    for nothing in (b"\n \n", b"{}", b'{"lines": "x"}'):
        with pytest.raises(ValueError, match="is "):
            read(nothing)


def test_text_serves_for_a_poem_and_a_picture_for_neither() -> None:
    assert fits("text", ("poem",))
    assert fits("poem", ("text",))
    assert not fits("picture", ("poem", "text"))
    assert fits("", ("poem",))
