"""R-precision against counting every draw, and what a critic that knows nothing has."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from haiga.inspection.metrics.r_precision import r_precision


def test_a_critic_that_knows_has_one_and_one_that_knows_nothing_has_chance() -> None:
    assert r_precision(np.eye(20)).value == 1
    assert r_precision(np.zeros((20, 20))).value == pytest.approx(0.1)
    assert r_precision(-np.eye(20)).value == 0


def test_it_is_the_mean_over_every_draw() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 4, (6, 7)).astype(float)  # many ties
    total = 0.0
    for row in range(6):
        others = [c for c in range(7) if c != row]
        draws = list(itertools.combinations(others, 3))
        for draw in draws:
            rivals = scores[row, list(draw)]
            if rivals.max() <= scores[row, row]:
                total += 1 / (1 + (rivals == scores[row, row]).sum()) / len(draws)
    assert r_precision(scores, among=4).value == pytest.approx(total / 6)


def test_the_caption_may_stand_in_any_column() -> None:
    order = np.random.default_rng(2).permutation(15)
    assert r_precision(np.eye(15)[:, order], np.argsort(order)).value == 1


def test_captions_that_say_the_same_are_no_wrong_ones() -> None:
    scores = np.kron(np.eye(12), np.ones((2, 2)))  # each caption comes twice
    same = scores > 0
    assert r_precision(scores).value < 1
    assert r_precision(scores, same=same).value == 1


def test_pictures_are_rows_so_one_picture_for_every_text_has_chance() -> None:
    # A collapsed painter: the same picture whatever the text, and a critic that likes text 0.
    scores = np.repeat(np.random.default_rng(3).normal(size=(1, 30)), 30, axis=0)
    assert r_precision(scores).value == pytest.approx(0.1, abs=1e-9)
    # The other way round every text finds its scores constant: the right one among equals.
    assert r_precision(scores.T).value == pytest.approx(0.1)


def test_a_critic_that_prefers_one_text_is_not_taken_for_one_that_reads() -> None:
    scores = np.eye(30) * 0.5
    scores[:, 0] = 1.0
    # 29 pictures lose exactly when caption 0 is among the 9 drawn of 29.
    expected = (1 + 29 * (1 - 9 / 29)) / 30
    assert r_precision(scores).value == pytest.approx(expected)


def test_the_interval_is_over_pictures() -> None:
    found = r_precision(np.eye(40) * (np.arange(40) % 2)[:, None] - 0.5 * np.eye(40))
    assert found.low is not None
    assert found.high is not None
    assert 0.3 < found.low < found.value == 0.5 < found.high < 0.7


def test_what_gives_no_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="9 wrong captions are needed"):
        r_precision(np.eye(9))
    with pytest.raises(ValueError, match="own caption"):
        r_precision(np.eye(12)[:, :11])
    with pytest.raises(ValueError, match="finite"):
        r_precision(np.full((12, 12), np.nan))
    with pytest.raises(ValueError, match="no choice"):
        r_precision(np.eye(12), among=1)
