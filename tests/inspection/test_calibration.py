"""Reliability: known answers for probabilities that keep their word and for those that do not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from haiga.inspection.metrics.calibration import expected_calibration_error, reliability


def test_who_is_as_often_right_as_it_says_has_no_error() -> None:
    sure = np.repeat([0.25, 0.75], 40)
    right = np.tile([True, False, False, False], 10).tolist() + [True, True, True, False] * 10
    assert expected_calibration_error(sure, right, bins=2) == pytest.approx(0)
    low, high = reliability(sure, right, bins=2)
    assert (low.confidence, low.right.value) == (0.25, 0.25)
    assert (high.confidence, high.right.value) == (0.75, 0.75)


def test_who_is_always_sure_and_half_the_time_right_is_wrong_by_half() -> None:
    assert expected_calibration_error([1.0] * 80, [True, False] * 40) == pytest.approx(0.5)


def test_every_prediction_is_in_one_bin_and_few_make_few_bins() -> None:
    sure = np.linspace(0, 1, 83)
    assert sum(one.count for one in reliability(sure, sure > 0.5)) == 83
    assert len(reliability(sure[:20], sure[:20] > 0.1)) == 2
    assert len(reliability([0.3], [True])) == 1


def test_nothing_told_is_nothing_known() -> None:
    assert reliability([], []) == ()
    assert math.isnan(expected_calibration_error([], []))
