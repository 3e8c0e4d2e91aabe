"""The score by which one draft of many is kept: a few stated parts, each roughly in [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from haiga.roles.poets.board import Board
from haiga.roles.poets.decoding import Drafts
from haiga.roles.poets.theme import Theme

Floats = npt.NDArray[np.float64]

PARTS = {
    "fluency": 3.0,
    "attested": 2.0,
    "sense": 4.0,
    "imagery": 0.6,
    "season": 0.3,
    "coherence": 0.6,
    "freshness": 0.6,
    "theme": 1.0,
}
"""What each part counts in the total. Set by reading samples; no part was measured alone yet."""


def score(board: Board, drafts: Drafts, themes: list[Theme]) -> dict[str, Floats]:
    """The parts of each draft's score, (N,) each; the drafts may be unfinished.

    fluency: mean log-probability under the network of the words that no plan named, half
    of it against their plain frequency (SLOR, Lau et al. 2017); attested: mean affinity
    of neighbours; sense: how often words go with their subject, noun or preposition;
    imagery: things of the senses, against abstractions; season: one season named;
    coherence: mean cosine of the content words; freshness: how far its content words are
    from the commonest; theme: how far it evokes what was asked.
    """
    tokens = drafts.tokens
    there = tokens >= 0
    at = np.maximum(tokens, 0)
    word = there & board.is_word[at]
    content = word & board.content[at]
    rate = board.log_rate[at]
    chosen = word & drafts.chosen
    slor = _mean(drafts.log_p - rate, chosen)
    plain = _mean(drafts.log_p, chosen)
    things = np.where(word, board.thing[at], 0).sum(1)
    abstract = np.where(word, board.abstract[at], 0).sum(1)
    crowded = np.maximum(0, things - 4)
    named = [(word & (board.season[at] == s)).any(1) for s in range(4)]
    seasons = np.sum(named, 0)
    pairs = np.maximum(1, drafts.heard * (drafts.heard - 1) / 2)
    asked = drafts.checks[:, 0]
    wrong = asked - drafts.checks[:, 1]
    parts = {
        "fluency": 0.5 * _squash(slor, 0.0, 5.0) + 0.5 * _squash(plain, -5.5, -2.0),
        "attested": _squash(_mean(drafts.paired, chosen), -0.5, 2.0),
        "sense": np.clip(1.0 - wrong / 2.0, 0.0, 1.0),
        "imagery": np.clip(things / 3 - 0.3 * abstract - 0.25 * crowded, 0.0, 1.0),
        "season": np.select([seasons == 1, seasons == 0], [1.0, 0.3], 0.0),
        "coherence": _squash(drafts.likeness / pairs, 0.0, 0.2),
        "freshness": _squash(-_mean(rate, content), 7.5, 10.0),
        "theme": np.zeros(len(tokens)),
    }
    each = len(tokens) // len(themes)
    for i, theme in enumerate(themes):
        rows = slice(i * each, (i + 1) * each)
        parts["theme"][rows] = _theme(board, theme, at[rows], word[rows])
    return parts


def total(parts: Mapping[str, Floats]) -> Floats:
    """The weighted sum of the parts, (N,)."""
    return np.asarray(sum(PARTS[name] * value for name, value in parts.items()), np.float64)


def _theme(
    board: Board, theme: Theme, at: npt.NDArray[np.int64], word: npt.NDArray[np.bool_]
) -> Floats:
    likeness = np.where(word, theme.likeness[board.ids[at]], 0.0)
    if not theme.about:
        return _squash(likeness.max(1, initial=0.0), 0.0, 0.6)
    best = np.sort(likeness, 1)[:, ::-1][:, :3].mean(1)
    ids = np.where(word, board.ids[at], -1)
    used = np.sum([(ids == row).any(1) for row in theme.asked], 0)
    share = used / max(1, len(theme.asked))
    return np.asarray(2.5 * np.minimum(1.0, 0.4 * _squash(best, 0.1, 0.6) + 0.6 * share))


def _mean(values: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> Floats:
    """The mean of each row's values where `mask` holds; sums run in order, so rows stand alone."""
    sums = np.cumsum(np.where(mask, values, 0.0).astype(np.float64), 1)[:, -1]
    return np.asarray(sums / np.maximum(1, mask.sum(1)))


def _squash(value: npt.NDArray[np.floating], low: float, high: float) -> Floats:
    return np.clip((np.asarray(value, np.float64) - low) / (high - low), 0.0, 1.0)
