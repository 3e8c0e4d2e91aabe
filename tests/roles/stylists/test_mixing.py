"""Several styles as one, and several in one picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.core.nouns import Style
from haiga.roles.stylists.mixing import joined_regions, mixed, region_of

PLAIN = Style(
    "a", "Waves", "Hokusai", "1831", "Hokusai, Waves", "CC0", "fear", -0.5, 0.5,
    ((0, 0, 0), (10, 10, 10)), (1.0, 0.0), "Met",
)  # fmt: skip
OTHER = replace(PLAIN, id="b", title="Rain", credit="Hiroshige, Rain", code=(0.0, 1.0), valence=0.5)


def test_a_mix_lies_between_its_styles_by_weight_whatever_the_weights_sum_to() -> None:
    assert mixed([PLAIN, OTHER], [3, 1]).code == (0.75, 0.25)
    assert mixed([PLAIN, OTHER], [3, 1]).valence == -0.25
    assert mixed([PLAIN, OTHER], [3, 1]) == mixed([PLAIN, OTHER], [0.75, 0.25])


def test_one_style_is_not_changed_by_its_weight() -> None:
    assert mixed([PLAIN], [0.2]) == PLAIN


def test_a_mix_credits_every_artwork_and_has_an_id_of_its_own() -> None:
    both = mixed([PLAIN, OTHER], [1, 1])
    assert "Waves" in both.credit
    assert "Rain" in both.credit
    assert both.id not in (PLAIN.id, OTHER.id, mixed([PLAIN, OTHER], [2, 1]).id)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_weight_that_is_not_above_zero_is_refused(weight: float) -> None:
    with pytest.raises(UserError, match="weight"):
        mixed([PLAIN, OTHER], [1, weight])


def test_styles_of_two_stylists_are_not_mixed() -> None:
    with pytest.raises(UserError, match="different stylists"):
        mixed([PLAIN, replace(OTHER, code=(1.0,))], [1, 1])


def test_far_from_its_border_a_region_is_followed_wholly_and_not_at_all_outside() -> None:
    picture = np.zeros((60, 400, 3), np.uint8)
    mask = picture.copy()
    mask[:, :200] = 255
    made = np.full_like(picture, 200)
    out = joined_regions(picture, [made], [region_of(mask, picture, "m.png")])
    assert (out[:, :150] == 200).all()
    assert (out[:, 250:] == 0).all()
    assert 60 < out[30, 199:201].mean() < 140  # soft between


def test_where_regions_overlap_they_share_and_the_base_is_gone() -> None:
    picture = np.full((32, 32, 3), 90, np.uint8)
    whole = np.full((32, 32), 1, np.float32)
    made = [np.full_like(picture, 100), np.full_like(picture, 200)]
    assert (joined_regions(picture, made, [whole, whole]) == 150).all()


def test_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    picture = np.zeros((30, 40, 3), np.uint8)
    with pytest.raises(UserError, match=r"20 by 10 .* 40 by 30"):
        region_of(np.full((10, 20, 3), 255, np.uint8), picture, "m.png")


def test_an_empty_mask_is_refused() -> None:
    picture = np.zeros((30, 40, 3), np.uint8)
    with pytest.raises(UserError, match="black everywhere"):
        region_of(picture, picture, "m.png")
