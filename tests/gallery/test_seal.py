"""The seal: small, red, the artist's mark in it, never twice quite the same."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Poem
from haiga.core.seeds import generator
from haiga.gallery.seal import press, read_mark
from haiga.gallery.settings import SheetSettings
from haiga.gallery.sheet import mount, plan


@pytest.mark.parametrize("mark", ["俳", "俳句", "芭蕉庵", "A", "AK", "abc", "haik", "É", "あ"])
def test_a_mark_of_one_to_four_characters_is_cut_into_a_red_stone(
    mark: str, painting: Picture, haiku: Poem
) -> None:
    settings = SheetSettings()
    sheet = mount(painting, haiku, settings, seal=mark, seed=1).astype(int)
    box = plan(painting, haiku, settings, mark=mark).seal
    area = sheet[round(box.y) : round(box.y + box.h), round(box.x) : round(box.x + box.w)]
    red = (area[..., 0] - area[..., 1] > 70) & (area[..., 0] > 140)
    assert 0.3 < red.mean() < 0.97
    assert (area[..., 1] > 190).mean() > 0.02, "the mark is not cut out"
    assert max(box.w, box.h) < 0.12 * sheet.shape[1]


def test_another_mark_gives_another_seal() -> None:
    one = press("俳", 60, generator(1, "seal"))
    other = press("白", 60, generator(1, "seal"))
    assert np.abs(one - other).mean() > 0.02


def test_two_seeds_press_the_seal_differently_and_one_seed_alike() -> None:
    one, two = press("俳", 60, generator(1, "seal")), press("俳", 60, generator(2, "seal"))
    again = press("俳", 60, generator(1, "seal"))
    assert (one == again).all()
    assert np.abs(one - two).mean() > 0.005


@pytest.mark.parametrize("mark", ["", "   ", "hokku", "松尾芭蕉庵"])
def test_a_mark_of_no_or_five_characters_is_refused_with_its_length(mark: str) -> None:
    with pytest.raises(UserError, match="a seal holds 1 to 4"):
        read_mark(mark)


def test_a_character_the_seal_fonts_lack_is_named() -> None:
    with pytest.raises(UserError, match=r"'鬱' \(U\+9B31"):
        read_mark("鬱")


def test_the_settings_own_seal_is_used_where_none_is_given(painting: Picture, haiku: Poem) -> None:
    settings = SheetSettings(seal="白", width_px=540)
    assert (
        mount(painting, haiku, settings, seed=1)
        == mount(painting, haiku, settings, seal="白", seed=1)
    ).all()
