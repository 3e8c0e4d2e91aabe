"""How well pictures and texts find each other, with chance and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Cosines = npt.NDArray[np.float32]
DRAWS = 40
"""So many sets of wrong captions are drawn for each picture."""
RESAMPLINGS = 1000


@dataclass(frozen=True)
class Retrieval:
    """Shares of pictures whose own caption is found among wrong ones.

    `first_of_10` is R-precision with nine wrong captions (Xu et al. 2018,
    "AttnGAN", section 4.1; chance 0.1) with a 95 % bootstrap interval over
    pictures; `within` maps k to the share whose caption is among the k best of
    `field` (100, or as many as there are).
    """

    pictures: int
    first_of_10: float
    low: float
    high: float
    field: int
    within: dict[int, float]


def retrieval(
    cosines: Cosines, texts: Sequence[frozenset[str]], *, seed: int = 0
) -> Retrieval | None:
    """Find each picture's caption: row i is picture i, column i its own text.

    A caption of the very same words is never among the wrong ones; an equal
    cosine counts as lost. None where fewer than eleven captions differ.
    """
    rng = np.random.default_rng(seed)
    n = len(texts)
    column = {words: i for i, words in reversed(list(enumerate(texts)))}
    if len(column) < 11:
        return None
    columns = np.array(sorted(column.values()))  # equal texts have equal columns: one is enough
    field = min(100, len(columns))
    of_10, ranks = np.zeros(n), np.zeros((n, DRAWS))
    for i in range(n):
        beaten = cosines[i, columns[columns != column[texts[i]]]] >= cosines[i, i]
        for draw in range(DRAWS):
            wrong = rng.permutation(beaten)[: field - 1]
            of_10[i] += not wrong[:9].any()
            ranks[i, draw] = wrong.sum()
    of_10 /= DRAWS
    again = rng.integers(0, n, (RESAMPLINGS, n))
    low, high = np.quantile(of_10[again].mean(1), [0.025, 0.975])
    return Retrieval(
        pictures=n,
        first_of_10=float(of_10.mean()),
        low=float(low),
        high=float(high),
        field=field,
        within={k: float((ranks < k).mean()) for k in (1, 5, 10)},
    )
