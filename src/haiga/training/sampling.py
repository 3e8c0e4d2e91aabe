"""How often each picture is drawn: nature more, a thousand apples less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from haiga.training.picture_cache import Item
from haiga.training.picture_words import PictureWords

AUTOENCODER = {"usda_watercolors_small": 0.25, "usda_watercolors_large": 0.4}
PAINTER = {
    "usda_watercolors_small": 0.4,
    "usda_watercolors_large": 0.4,
    "chinese_landscapes": 1.6,
    "hokusai_fuji": 4.0,
    "museum_textures": 0.25,
}
NATURE = frozenset(
    """
    landscape sea waves river lake waterfall mountain tree forest snow night sunset morning
    storm cloud flower garden field boat bird rain
    """.split()
)
PEOPLE = frozenset(["portrait", "woman", "child", "person"])


def _shares(items: Sequence[Item], table: Mapping[str, float]) -> npt.NDArray[np.float64]:
    return np.array([0.0 if item.held_out else table.get(item.collection, 1.0) for item in items])


def autoencoder_weights(items: Sequence[Item]) -> npt.NDArray[np.float64]:
    """The chance of drawing each item, summing to 1; held-out items have none."""
    weights = _shares(items, AUTOENCODER)
    return np.asarray(weights / weights.sum())


def painter_weights(
    items: Sequence[Item], words: Sequence[PictureWords]
) -> npt.NDArray[np.float64]:
    """As `autoencoder_weights`, with landscapes and flowers twice, people and saints a third."""
    weights = _shares(items, PAINTER)
    files: set[str] = set()
    for i, w in enumerate(words):
        if items[i].collection.startswith("usda"):  # one crop a sheet is enough
            weights[i] *= items[i].file not in files
            files.add(items[i].file)
            continue
        said = {*w.own, *w.scene}
        if NATURE & said and not PEOPLE & said:
            weights[i] *= 2.0
        elif PEOPLE & said or "religious" in said:
            weights[i] *= 0.35
    return np.asarray(weights / weights.sum())
