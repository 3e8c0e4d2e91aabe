"""Walks between latents."""

import numpy as np
import pytest

from haiga.roles.generators.walks import slerp, walk

E1, E2 = np.eye(2, dtype=np.float32)


def test_halfway_between_two_axes_is_the_diagonal() -> None:
    np.testing.assert_allclose(slerp(E1, E2, 0.5), [np.sqrt(0.5)] * 2, atol=1e-6)


def test_it_goes_in_even_steps_of_angle_and_keeps_the_length() -> None:
    points = walk(3 * E1, 3 * E2, 7)
    angles = [float(np.arctan2(y, x)) for x, y in points]
    np.testing.assert_allclose(np.diff(angles), np.pi / 12, atol=1e-6)
    np.testing.assert_allclose([np.linalg.norm(p) for p in points], 3, atol=1e-5)


def test_both_ends_are_the_latents_themselves() -> None:
    a, b = np.random.default_rng(0).standard_normal((2, 50), dtype=np.float32)
    points = walk(a, b, 5)
    assert np.array_equal(points[0], a)
    assert np.array_equal(points[-1], b)


@pytest.mark.parametrize("end", [E1, 2 * E1, 0 * E1])
def test_parallel_latents_are_joined_by_a_line(end: np.ndarray) -> None:
    np.testing.assert_allclose(slerp(E1, end, 0.25), 0.75 * E1 + 0.25 * end, atol=1e-6)


def test_latents_of_many_numbers_stay_on_their_shell() -> None:
    a, b = np.random.default_rng(1).standard_normal((2, 128), dtype=np.float32)
    middle = float(np.linalg.norm(slerp(a, b, 0.5)))
    straight = float(np.linalg.norm((a + b) / 2))
    assert middle > 0.9 * min(np.linalg.norm(a), np.linalg.norm(b))
    assert straight < 0.85 * middle
