"""From what is seen to words: the likeliest caption searched for, or one drawn by chance.

Beam search keeps the `beam` likeliest beginnings of each picture; finished captions are
compared by their mean log-probability a word, so that short ones have no advantage. No word follows
itself. A row of the networks sees nothing of its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.models.session import Session

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
END, UNKNOWN = 0, 1
"""The first two of a captioner's words: where a caption begins and ends, and what is not said."""
FEWEST_ROWS = 2
"""A single row goes another way through matrix products, with other last digits."""
_HOPE = 4


@dataclass(frozen=True)
class Told:
    """One caption: word numbers, where it looked for each (T, places), mean log-probability."""

    words: tuple[int, ...]
    attention: Floats
    score: float


@dataclass(frozen=True)
class State:
    """What stands behind each row: hidden and cell (R, H), places (R, P, S), keys (R, P, A)."""

    hidden: Floats
    cell: Floats
    places: Floats
    keys: Floats

    def at(self, rows: Ints) -> State:
        return State(self.hidden[rows], self.cell[rows], self.places[rows], self.keys[rows])


class Decoder:
    """The two networks of a captioner, a row a caption; `once` are words said once at most."""

    def __init__(
        self, look: Session, step: Session, *, most_words: int, once: Sequence[int] = ()
    ) -> None:
        self._look, self._step = look, step
        self.most_words = most_words
        self.once = np.array(once, np.int64)

    def begin(self, maps: Floats) -> State:
        """What is seen in maps (N, C, h, w), one row a picture."""
        places, keys, hidden, cell = _rows(self._look, {"maps": maps})
        return State(hidden, cell, places, keys)

    def step(self, word: Ints, state: State) -> tuple[Floats, State, Floats]:
        """After one more word (R,): log-probabilities (R, V), the state, where it looked (R, P)."""
        told: dict[str, npt.NDArray[Any]]
        told = {"word": word, "hidden": state.hidden, "cell": state.cell,
                "places": state.places, "keys": state.keys}  # fmt: skip
        scores, hidden, cell, attention = _rows(self._step, told)
        scores = scores.copy()
        scores[:, UNKNOWN] = -np.inf
        return scores, State(hidden, cell, state.places, state.keys), attention


def _rows(session: Session, feeds: dict[str, npt.NDArray[Any]]) -> list[Floats]:
    """The session's outputs for rows that are at least `FEWEST_ROWS` when it runs."""
    count = len(next(iter(feeds.values())))
    if count < FEWEST_ROWS:
        feeds = {name: np.repeat(value, FEWEST_ROWS, 0) for name, value in feeds.items()}
    return [output[:count] for output in session.run(feeds)]


def searched(decoder: Decoder, maps: Floats, beam: int) -> list[Told]:
    """The likeliest caption found for each map with `beam` beginnings kept alive."""
    count = len(maps)
    if not count:
        return []
    state = decoder.begin(maps).at(np.repeat(np.arange(count), beam))
    rows = count * beam  # row i * beam + j is beginning j of picture i
    words = np.zeros((rows, 0), np.int64)
    looked = np.zeros((rows, 0, state.places.shape[1]), np.float32)
    total = np.full((count, beam), -np.inf, np.float64)
    total[:, 0] = 0  # all beginnings are the same one
    last = np.full(rows, END, np.int64)
    best: list[Told | None] = [None] * count
    closed = np.zeros(count, bool)  # decided, whatever the others of the batch still need
    for length in range(1, decoder.most_words + 2):
        scores, state, attention = decoder.step(last, state)
        scores = _without_repeats(scores, words, decoder.once)
        if length == 1:
            scores[:, END] = -np.inf  # nothing is no caption
        sums = total[:, :, None] + scores.reshape(count, beam, -1)
        for i, j in np.argwhere(np.isfinite(sums[:, :, END])).tolist():
            mean, held, row = float(sums[i, j, END]) / length, best[i], i * beam + j
            if not closed[i] and (held is None or mean > held.score):
                best[i] = Told(tuple(words[row].tolist()), looked[row], mean)
        sums[:, :, END] = -np.inf
        flat = sums.reshape(count, -1)
        chosen = np.argsort(-flat, axis=1, kind="stable")[:, :beam]  # (N, beam)
        beginning, word = np.divmod(chosen, scores.shape[1])
        total = np.take_along_axis(flat, chosen, 1)
        kept = (np.arange(count)[:, None] * beam + beginning).ravel()
        state, last = state.at(kept), word.ravel()
        words = np.concatenate([words[kept], last[:, None]], 1)
        looked = np.concatenate([looked[kept], attention[kept][:, None]], 1)
        # what is alive would need a few sure words more to have a better mean
        further = total[:, 0] / (length + _HOPE)
        closed |= [b is not None and b.score >= further[i] for i, b in enumerate(best)]
        if closed.all():
            break
    return [one for one in best if one is not None]


def sampled(
    decoder: Decoder,
    maps: Floats,
    drawn: Sequence[np.random.Generator],
    temperature: float,
    top_p: float,
) -> list[Told]:
    """One caption a map, each word drawn by its own generator; the score is the model's own.

    It may be a third longer than a search lets it be, so that it comes to its end.
    """
    most = decoder.most_words + decoder.most_words // 3
    count = len(maps)
    if not count:
        return []
    state = decoder.begin(maps)
    last = np.full(count, END, np.int64)
    words: list[list[int]] = [[] for _ in range(count)]
    looked: list[list[Floats]] = [[] for _ in range(count)]
    total = np.zeros(count)
    open_rows = set(range(count))
    for length in range(1, most + 2):
        scores, state, attention = decoder.step(last, state)
        for i in sorted(open_rows):
            said = np.array([words[i]], np.int64)
            (row,) = _without_repeats(scores[i : i + 1].copy(), said, decoder.once)
            if length == 1:
                row[END] = -np.inf
            word = END if length > most else _draw(row, drawn[i], temperature, top_p)
            total[i] += float(scores[i, word])
            if word == END:
                total[i] /= length
                open_rows.discard(i)
                continue
            words[i].append(word)
            looked[i].append(attention[i])
            last[i] = word
        if not open_rows:
            break
    return [
        Told(tuple(words[i]), np.array(looked[i], np.float32), float(total[i]))
        for i in range(count)
    ]


def _draw(scores: Floats, rng: np.random.Generator, temperature: float, top_p: float) -> int:
    """A word out of the likeliest that have `top_p` between them (Holtzman et al. 2020)."""
    warm = scores.astype(np.float64) / temperature
    chances = np.exp(warm - warm.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    kept = order[: int(np.searchsorted(np.cumsum(chances[order]), top_p)) + 1]
    shares = np.cumsum(chances[kept])
    return int(
        kept[
            np.searchsorted(shares, rng.random() * shares[-1], side="right").clip(max=len(kept) - 1)
        ]
    )


def _without_repeats(scores: Floats, words: Ints, once: Ints) -> Floats:
    """The scores (R, V) in which the last word, and what may be said once and was, cannot be."""
    if words.shape[1]:
        last = words[:, -1]
        rows = np.flatnonzero(last != END)
        scores[rows, last[rows]] = -np.inf
    if words.shape[1] and len(once):
        again = np.isin(words, once)
        rows, places = np.nonzero(again)
        scores[rows, words[rows, places]] = -np.inf
    return scores
