"""Copies are found however they were changed, and real new pictures are not called so."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from small_eye import SIDE_PX, SmallEye, noisy, paintings

from haiga.core.nouns import Picture
from haiga.features.picture_views import PLACEMENTS, Placement, mirrored, placed_thumbnails
from haiga.inspection.picture_copies import CopyCheck

TRAIN, HELD, NEW = paintings(300, 11), paintings(200, 12), paintings(200, 13)
COPIED = TRAIN[:60]


@pytest.fixture(scope="module")
def check() -> CopyCheck:
    return CopyCheck.calibrate(SmallEye(), TRAIN, HELD)


def part(picture: Picture) -> Picture:
    inner = Image.fromarray(picture).resize((24, 24), box=(1, 1, 23, 23))
    return np.asarray(inner)


def moved(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.pad(picture, ((1, 0), (0, 1), (0, 0)), mode="edge")[:-1, 1:])


def recoloured(picture: Picture) -> Picture:
    return np.clip(picture * np.array([0.85, 1.0, 1.1]) + 8, 0, 255).astype(np.uint8)


def jpeg(picture: Picture) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=50)
    return np.asarray(Image.open(buffer))


def blended(picture: Picture) -> Picture:
    return (0.8 * picture + 0.2 * NEW[0]).astype(np.uint8)


def blurred(picture: Picture) -> Picture:
    small = Image.fromarray(picture).resize((12, 12), Image.Resampling.BOX)
    return np.asarray(small.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    "change", [lambda p: p, part, moved, recoloured, jpeg, blended, blurred],
    ids=["none", "part", "moved", "recoloured", "jpeg", "blended", "blurred"],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "mirrored"])
def test_a_changed_copy_is_found_and_traced_to_its_picture(
    check: CopyCheck, change: Callable[[Picture], Picture], turned: bool
) -> None:
    made = [change(picture) for picture in COPIED]
    found = check.judge(mirrored(made) if turned else made)
    assert found.copies.mean() >= 0.95
    assert found.copied
    assert (found.nearest == np.arange(60))[found.copies].mean() > 0.95


def test_real_new_pictures_come_too_near_as_seldom_as_was_said(check: CopyCheck) -> None:
    found = check.judge(NEW)
    assert check.false_alarms == pytest.approx(2 / 201)
    assert found.share.value <= 0.04
    assert not found.copied
    assert float(np.median(found.distances)) == pytest.approx(1, abs=0.12)


def test_a_few_copies_among_many_new_pictures_are_enough(check: CopyCheck) -> None:
    found = check.judge(noisy(TRAIN[:20], 1) + NEW[:100])
    assert found.copied
    assert sorted(found.suspects(20)) == list(range(20))


def test_pictures_that_are_all_nearly_alike_are_not_all_called_copies() -> None:
    def sheets(seed: int, count: int) -> list[Picture]:
        """One fruit in the middle of a white page: its colours, spots and size differ."""
        rng = np.random.default_rng(seed)
        down, across = np.mgrid[:24, :24] / 24 - 0.5
        out = []
        for _ in range(count):
            inside = np.hypot(down, across * rng.uniform(0.8, 1.3))[..., None] < rng.uniform(
                0.15, 0.35
            )
            spots = np.kron(rng.normal(0, 30, (8, 8, 1)), np.ones((3, 3, 1)))
            fruit = rng.uniform(30, 220, 3) + spots
            out.append(np.where(inside, fruit, 245).clip(0, 255).astype(np.uint8))
        return out

    train = sheets(1, 200)
    check = CopyCheck.calibrate(SmallEye(), train, sheets(2, 150))
    assert check.judge(sheets(3, 150)).share.value < 0.06
    assert check.judge(noisy(train[:50], 4, levels=3)).share.value > 0.9


def test_a_picture_is_judged_alone_whatever_stands_beside_it(check: CopyCheck) -> None:
    every, alone = check.judge(NEW[:9]), check.judge(NEW[4:5])
    assert every.distances[4] == pytest.approx(float(alone.distances[0]), rel=1e-4)
    assert every.nearest[4] == alone.nearest[0]


def test_a_flat_picture_has_a_distance_and_is_no_copy(check: CopyCheck) -> None:
    flat = [np.full((24, 24, 3), level, np.uint8) for level in (0, 128, 255)]
    found = check.judge(flat)
    assert np.isfinite(found.distances).all()
    assert not found.copies.any()


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="two training pictures and a held-out one"):
        CopyCheck.calibrate(SmallEye(), TRAIN[:1], HELD)
    with pytest.raises(ValueError, match="two training pictures and a held-out one"):
        CopyCheck.calibrate(SmallEye(), TRAIN, [])


def test_a_placement_shows_what_it_says() -> None:
    left = np.zeros((32, 32, 3), np.uint8)
    left[:, :16] = 255
    plain, half, wide, aside = (
        one[0].reshape(16, 16, 3)[8, :, 0] > 0
        for one in placed_thumbnails(
            [left], [Placement(), Placement(0.5), Placement(1.25), Placement(1, 0.125)]
        )
    )
    assert plain.sum() == half.sum() == wide.sum() == 8
    assert aside.sum() == 6
    assert len(set(PLACEMENTS)) == len(PLACEMENTS)
