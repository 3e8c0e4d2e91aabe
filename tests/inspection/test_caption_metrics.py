"""Caption metrics against values worked out by hand, and what a copycat and a parrot get."""

from __future__ import annotations

import math

import numpy as np
import pytest

from haiga.inspection.captioning import caption_figures, commonest_caption, nearest_captions
from haiga.inspection.metrics.captions import (
    bleu,
    caption_words,
    cider,
    cider_scores,
    distinct_share,
    meteor,
    object_recall,
)

CATS = [["the cat is on the mat".split(), "there is a cat on the mat".split()]]


def test_a_word_counts_no_more_often_than_a_reference_has_it() -> None:
    """The example of Papineni et al. 2002: 2 of 7."""
    assert bleu(["the the the the the the the".split()], CATS, order=1).value == pytest.approx(
        2 / 7
    )


def test_bleu_4_is_the_geometric_mean_of_four_precisions() -> None:
    said = "the cat sat on the mat".split()
    told = [["the cat sat on a mat".split()]]
    expected = (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25
    assert bleu([said], told).value == pytest.approx(expected)


def test_a_short_candidate_pays_for_its_brevity() -> None:
    told = [["a red apple on a white page".split()]]
    assert bleu(["a red".split()], told, order=1).value == pytest.approx(math.exp(1 - 7 / 2))


def test_the_nearest_length_counts_where_references_differ() -> None:
    told = [["a b c".split(), "a b c d e f".split()]]
    assert bleu(["a b c".split()], told, order=1).value == 1


def test_bleu_without_a_shared_run_of_four_is_nothing() -> None:
    assert bleu(["a b c".split()], [["a b c".split()]]).value == 0
    assert bleu(["a b c".split()], [["a b c".split()]], order=3).value == 1


def test_cider_of_a_copycat_is_ten_and_of_a_stranger_nothing() -> None:
    told = [["a boat on the grey sea".split()], ["two cows in a meadow".split()]]
    assert cider_scores([t[0] for t in told], told) == pytest.approx([10, 10])
    assert cider_scores([told[1][0], told[0][0]], told)[0] == pytest.approx(0, abs=1)
    assert cider(["x y z w".split()] * 2, told).value == 0


def test_cider_weighs_words_that_every_picture_has_at_nothing() -> None:
    told = [["a boat".split()], ["a cow".split()]]
    # "a" stands with both pictures, so that log(2/2) = 0; the four orders are shared by n = 1, 2
    scores = cider_scores(["a".split(), "cow".split()], told)
    assert scores[0] == 0
    assert scores[1] == pytest.approx(10 / 4 * math.exp(-1 / 72))


def test_cider_of_saying_the_right_word_ten_times_is_not_better() -> None:
    told = [["boat".split()], ["cow".split()]]
    once = cider_scores([["boat"], ["cow"]], told)[0]
    often = cider_scores([["boat"] * 10, ["cow"]], told)[0]
    assert often < once / 3


def test_one_caption_for_all_is_worse_than_the_truth_shuffled_is_worse_than_the_truth() -> None:
    told = [[f"a {colour} {thing} on a page".split()] for colour in ("red", "green", "blue")
            for thing in ("apple", "pear", "plum", "boat")]  # fmt: skip
    right = cider([t[0] for t in told], told)
    parrot = cider([told[0][0]] * len(told), told)
    assert right.low is not None
    assert parrot.high is not None
    assert right.low > parrot.high


def test_meteor_of_the_same_words_in_one_chunk_and_in_another_order() -> None:
    told = [["a b c d".split()]]
    assert meteor(["a b c d".split()], told).value == pytest.approx(1 - 0.5 / 64)
    assert meteor(["c d a b".split()], told).value == pytest.approx(1 - 0.5 * (2 / 4) ** 3)
    # P = 1, R = 1/2: F = 10 * 0.5 / (0.5 + 9) and one chunk of two
    assert meteor(["a b".split()], told).value == pytest.approx(
        10 * 0.5 / 9.5 * (1 - 0.5 * (1 / 2) ** 3)
    )


def test_meteor_takes_one_and_many_for_the_same_word() -> None:
    assert meteor([["apples"]], [[["apple"]]]).value == pytest.approx(0.5)
    assert meteor([["boats"]], [[["apple"]]]).value == 0


def test_distinct_captions_are_counted_as_a_share() -> None:
    assert distinct_share(["a", "b", "a", "a"]) == 0.5
    assert math.isnan(distinct_share([]))


def test_objects_named_are_a_share_of_those_that_are_there() -> None:
    found = object_recall(
        ["trees under the sky".split(), "nothing".split(), "x".split()],
        [["tree", "sky", "horse", "road"], ["cow"], []],
    )
    assert found.value == pytest.approx((2 / 4 + 0) / 2)


def test_words_are_compared_without_case_or_marks() -> None:
    assert caption_words("A man, on horse-back!") == ["a", "man", "on", "horse-back"]


def test_captions_and_references_must_fit() -> None:
    with pytest.raises(ValueError, match="1 captions for 2"):
        bleu([["a"]], [[["a"]], [["b"]]])
    with pytest.raises(ValueError, match="reference"):
        cider([["a"]], [[]])


def test_the_nearest_picture_of_another_work_lends_its_caption() -> None:
    known = np.array([[1, 0.1, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    views = np.array([[1, 0, 0], [0, 1, 0.1]], np.float32)
    captions = ["a boat", "a cow", "a tree"]
    assert nearest_captions(views, ["x", "y"], known, ["1", "2", "3"], captions) == [
        "a boat",
        "a cow",
    ]
    assert nearest_captions(views, ["1", "2"], known, ["1", "2", "3"], captions)[0] != "a boat"


def test_the_commonest_caption_is_the_same_whatever_the_order() -> None:
    assert commonest_caption(["b", "a", "a", "b"]) == commonest_caption(["a", "b", "b", "a"]) == "a"


def test_figures_are_told_with_intervals() -> None:
    texts = ["a red boat at sea", "two cows in a meadow", "a tree on a hill"]
    told = caption_figures(texts, [[text] for text in texts], [["boat"], ["cow"], ["tree"]])
    assert told.pictures == 3
    assert told.cider.value == pytest.approx(10)
    assert told.distinct == 1
    assert told.recall.value == 1
    assert all(b.value == pytest.approx(1) for b in told.bleu)
