"""How well pictures and texts find each other, with chance and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.r_precision import r_precision

Cosines = npt.NDArray[np.float32]
DRAWS = 40
"""So many sets of wrong captions are drawn for each picture."""


@dataclass(frozen=True)
class Retrieval:
    """Shares of pictures whose own caption is found among wrong ones.

    `first_of_10` is R-precision with nine wrong captions (chance 0.1) with its 95 %
    interval; `within` maps k to the share whose caption is among the k best of
    `field` (100, or as many as there are).
    """

    pictures: int
    first_of_10: float
    low: float | None
    high: float | None
    field: int
    within: dict[int, float]


def retrieval(
    cosines: Cosines, texts: Sequence[frozenset[str]], *, seed: int = 0
) -> Retrieval | None:
    """Find each picture's caption: row i is picture i, column i its own text.

    A caption of the very same words is never among the wrong ones. None where fewer
    than eleven captions differ.
    """
    rng = np.random.default_rng(seed)
    n = len(texts)
    column = {words: i for i, words in reversed(list(enumerate(texts)))}
    if len(column) < 11:
        return None
    columns = np.array(sorted(column.values()))  # equal texts have equal columns: one is enough
    field = min(100, len(columns))
    right = np.searchsorted(columns, [column[words] for words in texts])
    of_10 = r_precision(cosines[:, columns], right)
    ranks = np.zeros((n, DRAWS))
    for i in range(n):
        beaten = cosines[i, columns[columns != column[texts[i]]]] >= cosines[i, i]
        for draw in range(DRAWS):
            ranks[i, draw] = rng.permutation(beaten)[: field - 1].sum()
    return Retrieval(
        pictures=n,
        first_of_10=of_10.value,
        low=of_10.low,
        high=of_10.high,
        field=field,
        within={k: float((ranks < k).mean()) for k in (1, 5, 10)},
    )
