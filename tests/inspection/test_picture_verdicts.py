"""Blank pictures and unreadable ink are told apart from good ones."""

from __future__ import annotations

import numpy as np

from haiga.inspection.pictures import judge_blankness, judge_legibility


def test_a_flat_or_near_black_picture_is_not_kept() -> None:
    flat = np.full((64, 64, 3), 190, np.uint8)
    black = np.random.default_rng(1).integers(0, 9, (64, 64, 3)).astype(np.uint8)
    for picture, word in ((flat, "flat"), (black, "black")):
        verdict = judge_blankness(picture)
        assert not verdict.keep
        assert verdict.score <= 0.1
        assert word in verdict.reason


def test_a_night_with_a_moon_is_kept() -> None:
    night = np.full((64, 64, 3), 6, np.uint8)
    night[10:30, 10:30] = 220
    assert judge_blankness(night).keep


def test_a_picture_with_tones_is_kept_with_a_higher_score_for_more_of_them() -> None:
    ramp = np.repeat(np.linspace(0, 255, 64, dtype=np.uint8)[:, None, None], 64, 1).repeat(3, 2)
    faint = (120 + ramp.astype(int) // 5).astype(np.uint8)
    assert judge_blankness(ramp).score == 1.0
    assert judge_blankness(faint).keep
    assert judge_blankness(faint).score < 0.5


def test_pale_ink_on_pale_paper_is_not_legible() -> None:
    assert not judge_legibility(1.5).keep
    assert judge_legibility(12.0).keep
    assert judge_legibility(12.0).score == 1.0
