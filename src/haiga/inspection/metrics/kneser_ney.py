"""Interpolated modified Kneser-Ney: the n-gram model that a network has to beat.

Chen and Goodman: "An Empirical Study of Smoothing Techniques for Language
Modeling", Harvard TR-10-98, 1998, section 3 (modified Kneser-Ney). With h the
n - 1 tokens before w and h' the same without its first,

    p(w | h) = max(a(hw) - D(a(hw)), 0) / a(h·) + γ(h) p(w | h')
    γ(h) = (D1 N1(h·) + D2 N2(h·) + D3+ N3+(h·)) / a(h·)

a(hw) is how often hw occurs where n is the highest order; below it, after how
many different tokens hw occurs (Kneser and Ney, 1995). Nk(h·) is how many w have
a(hw) = k. Under order 1 lies 1 / V. A history that was never seen leaves its
estimate to the shorter one. The discounts of each order (equation 26), from nk,
the number of its n-grams with a = k:

    Y = n1 / (n1 + 2 n2),  D1 = 1 - 2Y n2/n1,  D2 = 2 - 3Y n3/n2,  D3+ = 3 - 4Y n4/n3

A text too small or too even for equation 26 (an nk of 0, or a discount outside
[0, k]) has 0.5, 1 and 1.5 in that order. Nothing is cut off: every n-gram counts.

Works do not know each other: no history reaches back beyond the boundary token.
An n-gram that begins at one has no token before it, so a is its plain count there
(Heafield et al., "Scalable Modified Kneser-Ney Language Model Estimation", ACL
2013, equation 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ORDER = 5
FALLBACK = (0.5, 1.0, 1.5)
"""D1, D2 and D3+ where equation 26 has no answer."""


@dataclass(frozen=True)
class _Level:
    """The n-grams of one order and what each history leaves to the order below.

    An n-gram's key is `id of its first n - 1 tokens * V + last token`; its id is
    its place among the sorted keys. At order 1 the key and the id are the token.
    """

    keys: Numbers  # (G,) sorted; empty at order 1, where every token has its own
    reward: npt.NDArray[np.float32]  # (G,) (a - D(a)) / a(h·)
    left_over: npt.NDArray[np.float32]  # (H,) γ(h); 1 where h was never followed by anything


class KneserNey:
    """A fitted n-gram model over token numbers 0 to `vocabulary` - 1.

    `KneserNey.of(stream, vocabulary=V)` fits one. 4 million tokens at order 5
    take some ten seconds and half a gigabyte.
    """

    def __init__(self, levels: tuple[_Level, ...], vocabulary: int, boundary: int | None) -> None:
        self._levels = levels
        self.vocabulary = vocabulary
        self.boundary = boundary

    @property
    def order(self) -> int:
        """The longest run of tokens it knows, the predicted one included."""
        return len(self._levels)

    @classmethod
    def of(
        cls,
        stream: npt.ArrayLike,
        *,
        vocabulary: int,
        order: int = ORDER,
        boundary: int | None = None,
    ) -> KneserNey:
        """Counts a stream (N,) of token numbers, in which `boundary` parts the works.

        The first token is history only, as it is in `log_probabilities`. Raises
        ValueError for a stream of fewer than two tokens, a token outside the
        vocabulary or an order below 1.
        """
        if order < 1:
            raise ValueError(f"the order must be 1 or more, not {order}")
        numbers = _checked(stream, vocabulary)
        if len(numbers) < 2:
            raise ValueError("an n-gram model needs at least two tokens to learn from")
        reach = _reach(numbers, boundary, order - 1)
        levels: list[_Level] = []
        places = np.arange(1, len(numbers))  # the positions predicted at this order
        ids = numbers  # (N,) id of the n-gram that ends at each position; right at `places`
        keys, grams = np.empty(0, np.int64), numbers[1:]
        histories = 1
        for n in range(1, order + 1):
            size = len(keys) if n > 1 else vocabulary
            if n == order:
                adjusted = np.bincount(grams, minlength=size)
                levels.append(_level(n, keys, adjusted, vocabulary, histories))
                break
            longer = places[reach[places] >= n]  # where a token still stands before the n-gram
            key = ids[longer - 1] * vocabulary + numbers[longer]
            next_keys, first, inverse = np.unique(key, return_index=True, return_inverse=True)
            alone = places[reach[places] == n - 1]
            adjusted = np.bincount(ids[longer[first]], minlength=size)
            adjusted += np.bincount(ids[alone], minlength=size)
            levels.append(_level(n, keys, adjusted, vocabulary, histories))
            # From here on `ids` speaks of n-grams one longer; elsewhere it is not read.
            ids = np.zeros(len(numbers), np.int64)
            grams = np.asarray(inverse, np.int64).reshape(-1)
            ids[longer] = grams
            keys, places, histories = next_keys, longer, size
        return cls(tuple(levels), vocabulary, boundary)

    def log_probabilities(self, stream: npt.ArrayLike) -> Floats:
        """Natural logarithms of the probability of each token after the first: (N,) to (N - 1,)."""
        numbers = _checked(stream, self.vocabulary)
        if len(numbers) < 2:
            return np.zeros(0)
        reach = _reach(numbers, self.boundary, self.order - 1)
        p = np.full(len(numbers), 1 / self.vocabulary)
        history = np.zeros(len(numbers), np.int64)  # ids; -1 where it was never seen
        for n, level in enumerate(self._levels, start=1):
            usable = (reach >= n - 1) & (history >= 0)
            usable[0] = False
            at = np.flatnonzero(usable)
            found = self._find(n, history[at], numbers[at])
            seen = found >= 0
            p[at] *= level.left_over[history[at]]
            p[at[seen]] += level.reward[found[seen]]
            grams = np.full(len(numbers), -1, np.int64)
            grams[at] = found
            if n == 1:
                grams[0] = numbers[0]
            history = np.concatenate([[-1], grams[:-1]])
        return np.asarray(np.log(p[1:]))

    def distribution(self, history: npt.ArrayLike) -> Floats:
        """The probability of every token after a history of any length: (V,), sums to 1."""
        before = _checked(history, self.vocabulary)
        if self.boundary is not None and np.any(before == self.boundary):
            before = before[np.flatnonzero(before == self.boundary)[-1] :]
        tokens = np.arange(self.vocabulary)
        p = np.full(self.vocabulary, 1 / self.vocabulary)
        for n, level in enumerate(self._levels[: len(before) + 1], start=1):
            place = self._id_of(before[len(before) - (n - 1) :])
            if place < 0:
                break
            found = self._find(n, np.full(self.vocabulary, place), tokens)
            p *= level.left_over[place]
            p[found >= 0] += level.reward[found[found >= 0]]
        return p

    def _id_of(self, run: Numbers) -> int:
        """The id of a run of tokens as a history; -1 where it was never seen."""
        place = 0
        for n, token in enumerate(run, start=1):
            place = int(self._find(n, np.array([place]), np.array([token]))[0])
            if place < 0:
                return -1
        return place

    def _find(self, n: int, history: Numbers, tokens: Numbers) -> Numbers:
        """Ids of the n-grams that continue each history with each token; -1 for unseen ones."""
        if n == 1:
            return tokens
        keys = self._levels[n - 1].keys
        wanted = history * self.vocabulary + tokens
        place = np.searchsorted(keys, wanted)
        place[place == len(keys)] = 0
        if not len(keys):
            return np.full(len(wanted), -1, np.int64)
        return np.where(keys[place] == wanted, place, -1)


def perplexity(log_probabilities: npt.ArrayLike, keep: npt.ArrayLike | None = None) -> float:
    """exp of the mean negative log-probability of the kept tokens; at least 1, NaN for none."""
    values = np.asarray(log_probabilities, np.float64)
    if keep is not None:
        values = values[np.asarray(keep, bool)]
    return float(np.exp(-values.mean())) if values.size else float("nan")


def _checked(stream: npt.ArrayLike, vocabulary: int) -> Numbers:
    numbers = np.asarray(stream, np.int64).reshape(-1)
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= vocabulary):
        raise ValueError(f"a token number lies outside the vocabulary of {vocabulary}")
    return numbers


def _reach(numbers: Numbers, boundary: int | None, most: int) -> Numbers:
    """(N,) how many tokens before each one may be its history, `most` at the most."""
    places = np.arange(len(numbers))
    start = np.zeros(len(numbers), np.int64)
    if boundary is not None:
        start[1:] = np.where(numbers[:-1] == boundary, places[:-1], 0)
        start = np.maximum.accumulate(start)
    return np.asarray(np.minimum(places - start, most))


def _level(n: int, keys: Numbers, adjusted: Numbers, vocabulary: int, histories: int) -> _Level:
    """Order n from its n-grams' adjusted counts a, (G,), over so many histories."""
    discounts = np.array([0.0, *_discounts(adjusted)])
    kind = np.minimum(adjusted, 3)  # 0, 1, 2 or 3+
    history = keys // vocabulary if n > 1 else np.zeros(vocabulary, np.int64)
    total = np.bincount(history, adjusted, histories)  # (H,) a(h·)
    taken = np.bincount(history, discounts[kind], histories)
    with np.errstate(invalid="ignore", divide="ignore"):
        left_over = np.where(total > 0, taken / total, 1.0)
        reward = np.where(adjusted > 0, (adjusted - discounts[kind]) / total[history], 0.0)
    return _Level(keys, reward.astype(np.float32), left_over.astype(np.float32))


def _discounts(adjusted: Numbers) -> tuple[float, float, float]:
    """D1, D2 and D3+ by equation 26, or `FALLBACK` where it has no answer."""
    n1, n2, n3, n4 = (int(np.count_nonzero(adjusted == k)) for k in range(1, 5))
    if not (n1 and n2 and n3):
        return FALLBACK
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    if not all(0 <= d <= k for k, d in enumerate(found, start=1)):
        return FALLBACK
    return found
