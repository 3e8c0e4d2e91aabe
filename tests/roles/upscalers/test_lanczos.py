import numpy as np
import pytest

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture
from haiga.roles.upscalers.lanczos import LanczosUpscaler


def picture(height: int, width: int) -> Picture:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "size_px", "expected"),
    [
        ((128, 128), 1024, (1024, 1024)),
        ((128, 64), 512, (512, 256)),
        ((64, 128), 512, (256, 512)),
        ((300, 200), 150, (150, 100)),
        ((1000, 1), 10, (10, 1)),
    ],
)
def test_the_longer_side_gets_the_size_asked_for(
    shape: tuple[int, int], size_px: int, expected: tuple[int, int]
) -> None:
    (large,) = LanczosUpscaler().enlarge([picture(*shape)], size_px=size_px)
    assert large.shape == (*expected, 3)
    assert large.dtype == np.uint8


def test_a_picture_of_that_size_already_is_unchanged_and_a_copy() -> None:
    given = picture(64, 64)
    (same,) = LanczosUpscaler().enlarge([given], size_px=64)
    assert np.array_equal(same, given)
    assert same is not given


def test_a_flat_colour_stays_flat() -> None:
    flat = np.full((16, 16, 3), (10, 130, 250), np.uint8)
    (large,) = LanczosUpscaler().enlarge([flat], size_px=100)
    assert np.unique(large.reshape(-1, 3), axis=0).tolist() == [[10, 130, 250]]


def test_left_stays_left() -> None:
    half = np.zeros((8, 8, 3), np.uint8)
    half[:, 4:] = 255
    (large,) = LanczosUpscaler().enlarge([half], size_px=80)
    assert large[:, :30].max() < 20
    assert large[:, 50:].min() > 235


@pytest.mark.parametrize("size_px", [0, -1, 20_000])
def test_a_size_out_of_range_is_refused(size_px: int) -> None:
    with pytest.raises(UserError, match="size_px: must be from 1 to 16384"):
        LanczosUpscaler().enlarge([picture(4, 4)], size_px=size_px)


def test_the_picture_at_fault_is_named() -> None:
    with pytest.raises(BadPicture, match="picture 1: expected"):
        LanczosUpscaler().enlarge([picture(4, 4), np.zeros((4, 4))], size_px=8)  # type: ignore[list-item]


def test_it_needs_no_model() -> None:
    assert LanczosUpscaler().models == {}
