"""The paper: quiet, warm, and not a flat colour."""

from __future__ import annotations

import numpy as np

from haiga.gallery.paper import make_paper

WASHI = (247, 242, 231)


def test_paper_stays_close_to_its_colour_everywhere() -> None:
    sheet = make_paper(540, 675, WASHI, 3) * 255
    away = np.abs(sheet - np.array(WASHI, np.float32)[:, None, None])
    assert away.mean() < 2.5
    assert np.percentile(away, 99.5) < 12
    assert sheet.max() <= 255


def test_paper_is_not_flat_and_has_fibres() -> None:
    light = make_paper(540, 675, WASHI, 3).mean(axis=0)
    assert light.std() * 255 > 0.8
    assert light.max() - light.min() > 0.04


def test_each_seed_has_a_sheet_of_its_own() -> None:
    one, again, other = (make_paper(200, 250, WASHI, seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).mean() > 0.5
