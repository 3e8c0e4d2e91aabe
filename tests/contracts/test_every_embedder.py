"""The laws of `Embedder`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture


def test_a_picture_is_one_finite_row_of_each_view(embedder: Any, pictures: list[Picture]) -> None:
    seen = embedder.embed(pictures)
    for view in (seen.early, seen.late):
        assert view.dtype == np.float32
        assert view.shape[0] == len(pictures)
        assert view.ndim == 2
        assert np.isfinite(view).all()
        assert len({row.tobytes() for row in view}) == len(pictures)


def test_the_late_view_is_the_mean_of_its_map(embedder: Any, pictures: list[Picture]) -> None:
    maps = embedder.maps(pictures)
    assert maps.ndim == 4
    assert maps.mean((2, 3)) == pytest.approx(embedder.embed(pictures).late, abs=1e-3)


def test_a_row_does_not_depend_on_its_batch(embedder: Any, pictures: list[Picture]) -> None:
    many = [*pictures * 7, pictures[0]]
    together = embedder.embed(many)
    for i in (0, 1, 2, 15, 16, 20, 21):
        alone = embedder.embed([many[i]])
        assert np.array_equal(together.early[i], alone.early[0])
        assert np.array_equal(together.late[i], alone.late[0])


def test_the_picture_seen_is_not_touched(embedder: Any, pictures: list[Picture]) -> None:
    before = [picture.copy() for picture in pictures]
    embedder.embed(pictures)
    assert all(np.array_equal(b, p) for b, p in zip(before, pictures, strict=True))


def test_nothing_shown_is_nothing_seen(embedder: Any, pictures: list[Picture]) -> None:
    one, none = embedder.embed(pictures[:1]), embedder.embed([])
    assert none.early.shape == (0, one.early.shape[1])
    assert none.late.shape == (0, one.late.shape[1])
    assert embedder.maps([]).shape == (0, *embedder.maps(pictures[:1]).shape[1:])


def test_a_grey_picture_is_seen_as_the_same_in_three_channels(embedder: Any) -> None:
    grey = np.random.default_rng(2).integers(0, 256, (50, 70), dtype=np.uint8)
    flat, full = embedder.embed([grey]), embedder.embed([np.stack([grey] * 3, axis=-1)])
    assert np.array_equal(flat.late, full.late)


def test_an_array_that_is_no_picture_is_refused(embedder: Any, pictures: list[Picture]) -> None:
    for wrong in (
        np.zeros((8, 8, 3)),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((0, 8, 3), np.uint8),
    ):
        with pytest.raises(BadPicture, match="picture 1"):
            embedder.embed([pictures[0], wrong])
