"""The bundled painter on its real model: seeds, words, media and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.errors import BadModel, UserError
from haiga.core.nouns import Picture, Poem
from haiga.roles.painters.flow import MEDIA, FlowPainter, developed

POEM = Poem(("winter moon", "a river of snow", "silence"))


@pytest.fixture(scope="module")
def painter() -> FlowPainter:
    return FlowPainter(steps=6)


def _brightness(picture: Picture) -> float:
    return float(picture.mean())


def test_a_lattice_of_period_two_is_taken_away_and_a_gradient_is_kept() -> None:
    lattice = np.indices((128, 128)).sum(0) % 2 * 2.0 - 1
    flat = developed(np.stack([0.3 * lattice] * 3).astype(np.float32))
    assert flat.std() < 1
    ramp = np.broadcast_to(np.linspace(-0.8, 0.8, 128, dtype=np.float32), (3, 128, 128))
    made = developed(np.ascontiguousarray(ramp))[64, :, 0].astype(float)
    assert np.abs(made - np.linspace(0.1, 0.9, 128) * 255).max() < 6


def test_a_poem_becomes_a_square_colour_picture(painter: FlowPainter) -> None:
    (picture,) = painter.paint([POEM], seeds=[1])
    assert picture.shape == (128, 128, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 8


def test_the_same_seed_gives_the_same_bytes_in_any_batch(painter: FlowPainter) -> None:
    (alone,) = painter.paint([POEM], seeds=[7])
    other = Poem(("red apples",))
    batch = painter.paint([other, POEM, other], seeds=[7, 7, 8])
    assert np.array_equal(alone, batch[1])
    assert not np.array_equal(batch[0], batch[2])


def test_snow_is_brighter_than_night(painter: FlowPainter) -> None:
    seeds = list(range(20, 28))
    snow = painter.paint([Poem(("snow in a winter landscape",))] * 8, seeds=seeds)
    night = painter.paint([Poem(("a landscape at night",))] * 8, seeds=seeds)
    brighter = [_brightness(a) > _brightness(b) for a, b in zip(snow, night, strict=True)]
    assert sum(brighter) >= 7


def test_a_fruit_is_painted_on_a_bright_page(painter: FlowPainter) -> None:
    pictures = painter.paint([Poem(("apples",))] * 4, seeds=[1, 2, 3, 4])
    corners = [picture[:12, :12].mean() for picture in pictures]
    assert np.median(corners) > 170


@pytest.mark.parametrize("medium", MEDIA)
def test_every_medium_changes_the_picture(medium: str) -> None:
    plain = FlowPainter(steps=3).paint([POEM], seeds=[3])[0]
    other = FlowPainter(steps=3, medium=medium).paint([POEM], seeds=[3])[0]
    assert np.abs(plain.astype(int) - other).mean() > 1


def test_a_poem_of_unknown_words_is_painted_and_its_words_are_named(painter: FlowPainter) -> None:
    poem = Poem(("zyxomma qwertzuiop",))
    assert painter.unseen_words(poem) == ["zyxomma", "qwertzuiop"]
    assert painter.paint([poem], seeds=[1])[0].shape == (128, 128, 3)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"steps": 0}, "painter.steps: 0"),
        ({"guidance": 40.0}, "painter.guidance: 40"),
        ({"medium": "wood block"}, "did you mean 'woodblock'"),
    ],
)
def test_a_setting_out_of_range_is_named(settings: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        FlowPainter(**settings)  # type: ignore[arg-type]


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(BadModel, match="no model named 'paintr'"):
        FlowPainter(model="paintr")


def test_poems_and_seeds_that_do_not_pair_up_are_refused(painter: FlowPainter) -> None:
    with pytest.raises(UserError, match="2 poems and 1 seeds"):
        painter.paint([POEM, POEM], seeds=[1])
