"""Verdicts on poems: form, coverage and novelty."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from haiga.core.forms import Form, Span
from haiga.core.nouns import Poem
from haiga.features.copying import CopyIndex, Source
from haiga.inspection.poems import judge_coverage, judge_form, judge_novelty, possible_syllables

GOOD = ("the old pond at dusk", "a frog leaps into its own", "sound and is silent")


def test_a_haiku_of_5_7_5_is_kept() -> None:
    verdict = judge_form(Poem(GOOD, "haiku"))
    assert (verdict.keep, verdict.score) == (True, 1.0)


def test_each_line_off_its_count_is_quoted_and_costs_a_third() -> None:
    verdict = judge_form(Poem((*GOOD[:2], "silence and more silence"), "haiku"))
    assert not verdict.keep
    assert verdict.score == pytest.approx(2 / 3)
    assert "“silence and more silence” has 6 syllables instead of 5" in verdict.reason


def test_the_poets_own_count_is_not_believed() -> None:
    poem = Poem(("snow", "snow", "snow"), "haiku", details={"syllables": [5, 7, 5]})
    assert judge_form(poem).score == 0.0


def test_a_word_with_two_counts_fits_where_either_does() -> None:
    assert {1, 2} <= possible_syllables("fire")
    for first in ("the fire in the snow", "the fire in snow fields"):
        assert judge_form(Poem((first, *GOOD[1:]), "haiku")).keep


def test_words_that_nothing_can_count_are_never_counted() -> None:
    assert possible_syllables("мороз и солнце") == set()
    verdict = judge_form(Poem(("мороз и солнце, snow", *GOOD[1:]), "haiku"))
    assert not verdict.keep
    assert "'мороз', whose syllables cannot be counted" in verdict.reason


def test_a_haiku_of_two_lines_is_not_one() -> None:
    verdict = judge_form(Poem(GOOD[:2], "haiku"))
    assert (verdict.keep, verdict.score) == (False, 0.0)


def test_a_free_poem_has_no_form_to_break() -> None:
    assert judge_form(Poem(("anything at all",))).keep


def test_words_the_painter_never_saw_lower_the_score_and_are_named() -> None:
    poem = Poem(("zebra moon zebra", "river"))
    verdict = judge_coverage(poem, ["zebra"])
    assert verdict.keep
    assert verdict.score == pytest.approx(2 / 3)
    assert "zebra" in verdict.reason
    assert not judge_coverage(poem, ["zebra", "moon"]).keep
    assert judge_coverage(poem, []).score == 1.0


def test_a_poet_that_does_not_measure_novelty_gets_no_good_mark_for_it() -> None:
    assert judge_novelty(Poem(GOOD)).score == 0.5
    assert judge_novelty(Poem(GOOD, details={"novelty": 0.95})).keep
    assert judge_novelty(Poem(GOOD, details={"parts": {"novelty": 0.7}})).score == 0.7
    assert not judge_novelty(Poem(GOOD, details={"novelty": 0.2})).keep


def shared_with(*source: str) -> list[dict[str, Any]]:
    """The runs of `GOOD` that stand in a work of these lines, as a poet records them."""
    index = CopyIndex.of([Source("A Friend", "The Pond", source)])
    return [asdict(run) for run in index.runs(GOOD)]


def test_words_taken_from_a_work_are_told_with_its_author_and_title() -> None:
    shared = shared_with("Nothing here,", "the old pond at dusk: a frog")
    verdict = judge_novelty(Poem(GOOD, "haiku", details={"shared": shared}))
    assert not verdict.keep
    assert verdict.score == pytest.approx(1 - 7 / 15)
    assert verdict.reason == (
        "shares 7 words with “The Pond” by A Friend, line 2: “the old pond at dusk / a frog”"
    )


def test_a_poem_found_in_no_work_has_new_words_and_is_said_to_be_compared() -> None:
    verdict = judge_novelty(Poem(GOOD, "haiku", details={"shared": [], "novelty": 0.1}))
    assert (verdict.keep, verdict.score) == (True, 1.0)
    assert "copying index" in verdict.reason


def test_five_words_or_six_of_grammar_are_everybodys() -> None:
    five = shared_with("the old pond at dusk, my dear")
    assert [run["words"] for run in five] == [5]
    assert judge_novelty(Poem(GOOD, "haiku", details={"shared": five})).score == 1.0
    line = "it was in the and of snow"
    index = CopyIndex.of([Source("", "", (line,))])
    shared = [asdict(run) for run in index.runs([line])]
    assert [(run["words"], run["content"]) for run in shared] == [(7, 1)]
    assert judge_novelty(Poem((line,), details={"shared": shared})).keep


@pytest.mark.parametrize("shared", [None, "all of it", ["all of it"], [{"words": 9}], [3]])
def test_what_cannot_be_read_as_shared_runs_is_no_measure(shared: Any) -> None:
    assert judge_novelty(Poem(GOOD, details={"shared": shared})).score == 0.5
    assert judge_novelty(Poem(GOOD, details={"shared": shared, "novelty": 0.9})).score == 0.9


def test_a_couplet_must_rhyme_and_the_line_that_does_not_is_told() -> None:
    good = ("the moon goes down behind the hill", "and all the valley fields are still")
    assert judge_form(Poem(good, "couplet")).keep
    verdict = judge_form(Poem((good[0], "and all the valley fields are green"), "couplet"))
    assert not verdict.keep
    assert verdict.score == 0.5
    assert "does not rhyme" in verdict.reason


def test_a_form_of_ones_own_is_judged_as_data_with_ranges_and_stanzas() -> None:
    form = Form("steps", (Span(1, 2), Span(3, 3)), "", True)
    assert judge_form(Poem(("snow", "on the hill"), "steps"), form=form).keep
    assert judge_form(
        Poem(("snow", "on the hill", "rain", "in the night"), "steps"), form=form
    ).keep
    verdict = judge_form(Poem(("snow is here", "on the hill"), "steps"), form=form)
    assert "instead of 1–2" in verdict.reason
    assert "3 lines instead of 2" in judge_form(Poem(("a",) * 3, "steps"), form=form).reason


def test_one_syllable_is_said_as_one() -> None:
    verdict = judge_form(
        Poem(("snow", "a crow flies over the hill", "the old pond at night"), "haiku")
    )
    assert "“snow” has 1 syllable instead of 5" in verdict.reason
