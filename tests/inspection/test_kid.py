"""KID against the formula written out, and against distances known in closed form."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from haiga.inspection.metrics.kid import kid

Floats = npt.NDArray[np.float64]


def normal(seed: int, count: int, width: int = 8, mean: float = 0.0) -> Floats:
    return np.random.default_rng(seed).normal(mean, 1, (count, width))


def written_out(x: Floats, y: Floats) -> float:
    def k(a: Floats, b: Floats) -> float:
        return float((a @ b / len(a) + 1) ** 3)

    xx = np.mean([k(a, b) for a, b in itertools.permutations(x, 2)])
    yy = np.mean([k(a, b) for a, b in itertools.permutations(y, 2)])
    xy = np.mean([k(a, b) for a, b in itertools.product(x, y)])
    return float(xx + yy - 2 * xy)


def test_it_agrees_with_the_formula_written_out() -> None:
    x, y = normal(1, 9), normal(2, 7, mean=0.5)
    assert kid(x, y, rounds=0).value == pytest.approx(written_out(x, y), abs=1e-12)


def test_two_points_give_the_distance_in_closed_form() -> None:
    # All of x at the origin, all of y at (a, …, a): k is 1, (a² + 1)³ and 1.
    x, y = np.zeros((4, 5)), np.full((3, 5), 2.0)
    assert kid(x, y, rounds=0).value == pytest.approx(1 + 5.0**3 - 2)


def test_it_is_symmetric() -> None:
    x, y = normal(3, 50), normal(4, 40, mean=1)
    assert kid(x, y, rounds=0).value == pytest.approx(kid(y, x, rounds=0).value, abs=1e-12)


def test_sets_of_one_kind_are_0_on_average_and_their_intervals_hold_0() -> None:
    found = [kid(normal(2 * s, 60), normal(2 * s + 1, 60), rounds=100, seed=s) for s in range(40)]
    values = [one.value for one in found]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))
    assert min(values) < 0
    held = sum(one.low <= 0 <= one.high for one in found if one.low is not None and one.high)
    assert held >= 34


def test_it_does_not_depend_on_how_many_are_measured() -> None:
    few = np.mean([kid(normal(s, 40), normal(99 + s, 40, mean=0.5), rounds=0).value
                   for s in range(30)])  # fmt: skip
    many = kid(normal(1, 1500), normal(2, 1500, mean=0.5), rounds=0).value
    assert few == pytest.approx(many, rel=0.15)


def test_it_grows_as_the_sets_part_and_the_interval_holds_the_value() -> None:
    x = normal(5, 200)
    found = [kid(x, normal(6, 200, mean=mean)) for mean in (0.0, 0.3, 0.6, 1.2)]
    assert [one.value for one in found] == sorted(one.value for one in found)
    for one in found:
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.value <= one.high
    assert found[1].low is not None
    assert found[1].low > 0


def test_a_collapse_to_one_picture_is_far_although_that_picture_is_real() -> None:
    x, more = normal(7, 300), normal(8, 300)
    one = np.repeat(more[:1], 300, axis=0)
    assert kid(x, one, rounds=0).value > 20 * abs(kid(x, more, rounds=0).value)


def test_a_larger_set_is_drawn_from_by_the_seed() -> None:
    x, y = normal(9, 300), normal(10, 300, mean=0.4)
    assert kid(x, y, most=50, seed=1) == kid(x, y, most=50, seed=1)
    assert kid(x, y, most=50, seed=1) != kid(x, y, most=50, seed=2)


def test_what_cannot_be_compared_is_refused() -> None:
    x = normal(1, 5)
    with pytest.raises(ValueError, match="at least 2 pictures"):
        kid(x, x[:1])
    with pytest.raises(ValueError, match="one width"):
        kid(x, x[:, :3])
    broken = x.copy()
    broken[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        kid(x, broken)
