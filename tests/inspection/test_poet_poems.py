"""How a poet writes: form, loops, variety and copies, each with a case that must fail it."""

from __future__ import annotations

import math

import pytest
from poet_shelf import index_of, works, written

from haiga.features.copying import CopyIndex, Source
from haiga.inspection.poet_poems import compare_variety, count_loops, find_copies, measure_writing
from haiga.media.texts import Text

HAIKU = "an old silent pond / a frog jumps into the pond / splash silence again"
BROKEN = "an old silent pond / a frog / splash silence again"
LOOP = "the sea the sea the sea / the sea the sea / and more"


def test_form_is_counted_anew_and_a_break_is_quoted() -> None:
    found = measure_writing(written(HAIKU, BROKEN, HAIKU, HAIKU, form="haiku"), form="haiku")
    assert found.form_kept == 3 / 4
    assert "a frog" in found.form_faults[0]
    assert found.different == 2 / 4


def test_a_free_poem_has_no_form_to_keep() -> None:
    assert measure_writing(written("one / two"), form="free").form_kept is None


def test_loops_are_counted_and_quoted() -> None:
    found = count_loops(written(LOOP, HAIKU, LOOP, HAIKU))
    assert (found.poems, found.looped, found.rate) == (4, 2, 0.5)
    assert "the sea" in found.examples[0]
    assert math.isnan(count_loops([]).rate)


def test_variety_stands_beside_human_passages_of_the_same_lengths() -> None:
    poems = [["a", "b", "a", "b"], ["c", "d"]]
    human = [Text("one two three four five six"), Text("seven eight nine")]
    found = compare_variety(poems, {"test works": human})
    assert found.compared == 2
    assert found.human
    assert found.poems.distinct_1 == 4 / 6
    assert found.human.distinct_1 == 1
    assert found.human_are == "test works"


def test_where_human_works_are_too_few_as_many_poems_are_compared() -> None:
    poems = [["a"] * 4, ["b", "c", "d", "e"], ["f"] * 4]
    found = compare_variety(poems, {"none": [], "some": [Text("one two three four five")]})
    assert (found.compared, found.human_are) == (1, "some")
    assert found.poems.distinct_1 == 1 / 4
    alone = compare_variety(poems, {})
    assert (alone.compared, alone.human) == (3, None)
    assert alone.poems.distinct_1 == 6 / 12


def test_a_collapsed_poet_is_seen_through() -> None:
    found = measure_writing(written(*[LOOP] * 50), form="free")
    assert found.different == 1 / 50
    assert found.loops.rate == 1
    assert found.variety.poems.distinct_1 == pytest.approx(4 / 600)
    assert found.variety.poems.self_repetition == 1


@pytest.fixture(scope="module")
def index() -> CopyIndex:
    lines = ["dark harbour lantern burns above silver water", "copper kettles whistle"]
    return CopyIndex.of([Source("A. Poet", "Harbour", lines)])


def test_lines_that_share_five_and_six_words_are_told_apart(index: CopyIndex) -> None:
    poems = written(
        "my dark harbour lantern burns above / nothing else here",  # five
        "dark harbour lantern burns above silver / nothing else here",  # six
        "nothing at all / in common",
    )
    found = find_copies(poems, index, "one work")
    assert found.lines == 6
    assert found.lines_5 == pytest.approx(2 / 6)
    assert found.lines_6 == pytest.approx(1 / 6)
    assert found.poems_refused == 1
    assert [run.words for run in found.longest] == [6, 5]
    assert found.longest[0].title == "Harbour"
    assert found.longest[0].poem == 1


def test_a_run_over_a_line_end_counts_for_both_lines(index: CopyIndex) -> None:
    found = find_copies(
        written("dark harbour lantern / burns above silver water / and so"), index, "one work"
    )
    assert found.lines_6 == pytest.approx(2 / 3)
    assert [span[0] for span in found.longest[0].spans] == [0, 1]


def test_an_index_without_runs_of_five_gives_no_figure_for_them() -> None:
    texts = works(4, 5)
    coarse = CopyIndex.of((Source(t.author, t.title, t.text.splitlines()) for t in texts), stride=3)
    found = find_copies(written(" / ".join(texts[0].text.splitlines())), coarse, "four works")
    assert found.lines_5 is None
    assert found.lines_6 == 1
    fine = index_of(texts)
    five = written(" ".join(texts[1].text.split()[:5]), "nothing at all")
    assert find_copies(five, coarse, "four works", fine).lines_5 == 1 / 2


def test_a_copycat_has_copied_every_line_and_a_stranger_none() -> None:
    texts = works(30, 6)
    index = index_of(texts)
    copycat = written(*(text.text.replace("\n", " / ") for text in texts))
    found = find_copies(copycat, index, "thirty works")
    assert (found.lines_5, found.lines_6, found.poems_refused) == (1, 1, 30)
    stranger = find_copies(written(HAIKU), index, "thirty works")
    assert (stranger.lines_5, stranger.lines_6, stranger.longest) == (0, 0, ())


def test_no_poems_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no poems"):
        measure_writing([], form="free")


def test_a_run_that_many_poems_share_is_shown_once(index: CopyIndex) -> None:
    poem = "dark harbour lantern burns above silver"
    found = find_copies(written(poem, "so copper kettles whistle", poem.upper()), index, "a work")
    assert [(run.words, run.poem) for run in found.longest] == [(6, 0)]
    assert found.lines_6 == pytest.approx(2 / 3)
