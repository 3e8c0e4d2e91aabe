"""The assessment as a whole: everything that can be measured is, and the rest has its reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from poet_shelf import BigramNetwork, index_of, line, works

from haiga.core.forms import form_of
from haiga.core.nouns import Poem
from haiga.features.copying import CopyIndex, Source
from haiga.inspection.poet_report import Assessed, assess, human_works
from haiga.inspection.poet_texts import sort_works

TRAIN, VALIDATION, TEST = works(40, 1), works(6, 2), works(36, 3)
INDEX = index_of(TRAIN, validation=VALIDATION, test=TEST)
EVERY = [*TRAIN, *VALIDATION, *TEST]


def write(seed: int) -> Poem:
    draw = np.random.default_rng(seed)
    return Poem(tuple(line(draw) for _ in range(3)), "free")


@pytest.fixture
def whole() -> Assessed:
    return Assessed(
        works=sort_works(EVERY, INDEX),
        network=BigramNetwork(TRAIN),
        write=write,
        seeds=range(30),
        form=form_of("free"),
        index=INDEX,
    )


def test_a_poet_with_an_index_is_measured_in_full(whole: Assessed) -> None:
    heard: list[str] = []
    reading, writing = assess(whole, tell=heard.append)
    assert reading
    assert writing
    assert reading.held_out == "test"
    assert reading.kneser_ney
    assert writing.poems == 30
    assert writing.alone
    assert writing.alone.drawn.poems == 30
    assert writing.alone.greedy.poems > 5
    assert writing.alone.copies_drawn
    assert writing.variety.human_are == "test works"
    assert writing.copies
    assert writing.copies.against == "the 82 works of its copying index"
    assert "writing poem 21 of 30" in heard


def test_without_an_index_copies_are_looked_for_in_the_texts_given(whole: Assessed) -> None:
    blind = replace(whole, index=None, works=sort_works(EVERY, None))
    reading, writing = assess(blind)
    assert reading
    assert reading.held_out is None
    assert writing
    assert writing.copies
    assert writing.copies.against == "the 82 texts given: the poet itself has no copying index"


def test_an_index_without_runs_of_five_gets_help_from_the_training_works(whole: Assessed) -> None:
    coarse = CopyIndex.of((Source(t.author, t.title, t.text.splitlines()) for t in TRAIN), stride=3)
    _, writing = assess(replace(whole, index=coarse))
    assert writing
    assert writing.copies
    assert writing.copies.lines_5 is not None
    assert "for runs of five, with the 40 training works" in writing.copies.against


def test_a_poet_that_cannot_be_scored_is_still_read(whole: Assessed) -> None:
    reading, writing = assess(replace(whole, network=None, why_no_reading="another spelling"))
    assert reading is None
    assert writing
    assert writing.alone is None
    assert writing.why_not_alone == "another spelling"


def test_a_poet_that_cannot_write_is_still_scored(whole: Assessed) -> None:
    reading, writing = assess(replace(whole, write=None, why_no_writing="no such form"))
    assert reading
    assert writing is None


def test_human_works_that_the_poet_knows_least_come_first() -> None:
    found = human_works(sort_works(EVERY, INDEX))
    assert list(found) == ["test works", "validation works", "training works"]
