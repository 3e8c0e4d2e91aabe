"""Does a picture fit the text it was made from? R-precision.

Xu, Zhang, Huang, Zhang, Gan, Huang, He: "AttnGAN: Fine-Grained Text to Image
Generation with Attentional Generative Adversarial Networks", CVPR 2018, section 4:
each made picture is compared with its own caption and with wrong ones drawn at
random; R-precision is the share of pictures whose own caption scores highest. (They
draw 99 wrong ones; `among` is 10 here: one right caption among ten.)

The mean over all draws is taken, not one draw: with g wrong captions above the right
one, t ties and W wrong ones in all, the chance that none of the n drawn is above is
hypergeometric, and a tie of j is won once in j + 1 times,

    p = Σ_j C(t, j) C(W - g - t, n - j) / C(W, n) / (j + 1)

so that a critic that cannot tell anything has exactly 1 / among.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import ROUNDS, Measure, log_choose, measured_mean

AMONG = 10


def r_precision(
    scores: npt.ArrayLike,
    right: npt.ArrayLike | None = None,
    *,
    same: npt.ArrayLike | None = None,
    among: int = AMONG,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Measure:
    """R-precision of scores (N pictures, M captions), higher for a better fit: in [0, 1].

    `right` (N,) is the column of each picture's own caption; by default picture i has
    caption i. `same` (N, M) is true where a caption says the same as the right one and is
    no wrong one. The interval is a bootstrap over pictures. Raises ValueError where the
    shapes do not fit, a score is not finite, or a picture has too few wrong captions.
    """
    table = np.asarray(scores, np.float64)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise ValueError(f"scores must be finite, one row a picture, not {table.shape}")
    own = np.arange(len(table)) if right is None else np.asarray(right, np.int64)
    if own.shape != (len(table),) or own.min() < 0 or own.max() >= table.shape[1]:
        raise ValueError("every picture needs the column of its own caption")
    if among < 2:
        raise ValueError(f"one right caption among {among} is no choice")
    rows = np.arange(len(table))
    wrong = np.ones(table.shape, bool)
    if same is not None:
        wrong &= ~np.asarray(same, bool)
    wrong[rows, own] = False
    best = table[rows, own][:, None]
    above = (wrong & (table > best)).sum(1)
    ties = (wrong & (table == best)).sum(1)
    counts = wrong.sum(1)
    if counts.min() < among - 1:
        raise ValueError(
            f"{among - 1} wrong captions are needed beside each right one, and a picture has only "
            f"{counts.min()}"
        )
    chances = [
        _chance(int(g), int(t), int(w), among - 1)
        for g, t, w in zip(above, ties, counts, strict=True)
    ]
    return measured_mean(chances, rounds=rounds, seed=seed)


def _chance(above: int, ties: int, wrong: int, count: int) -> float:
    """The chance that the right caption wins against `count` of the wrong ones."""
    tied = np.arange(count + 1)
    logs = log_choose(ties, tied) + log_choose(wrong - above - ties, count - tied)
    logs = logs - log_choose(wrong, count)
    return float((np.exp(logs) / (tied + 1)).sum())
