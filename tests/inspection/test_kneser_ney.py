"""The n-gram model against hand-made sums, an independent slow one, and real text."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pydoc_data.topics import topics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.inspection.metrics.kneser_ney import KneserNey, perplexity

A, B, C = 0, 1, 2
FALLBACK = {1: 0.5, 2: 1.0, 3: 1.5}


class SlowModel:
    """The same estimate by dictionaries, straight from the papers' sentences."""

    def __init__(self, stream: Sequence[int], size: int, order: int, end: int | None) -> None:
        self.size, self.order, self.end = size, order, end
        lefts: dict[tuple[int, ...], set[object]] = defaultdict(set)
        plain: Counter[tuple[int, ...]] = Counter()
        for t in range(1, len(stream)):
            before = self.history(stream[:t], len(stream))
            for n in range(1, min(order, len(before) + 1) + 1):
                gram = (*before[len(before) - n + 1 :], stream[t])
                plain[gram] += 1
                lefts[gram].add(before[-n] if n <= len(before) else ("none", t))
        self.a = {g: plain[g] if len(g) == order else len(lefts[g]) for g in plain}
        self.d = [self.discounts(n) for n in range(1, order + 1)]

    def history(self, before: Sequence[int], most: int) -> tuple[int, ...]:
        kept: list[int] = []
        for token in reversed(before[-most:] if most else []):
            kept.append(token)
            if token == self.end:
                break
        return tuple(reversed(kept))

    def discounts(self, n: int) -> dict[int, float]:
        having = Counter(a for g, a in self.a.items() if len(g) == n)
        n1, n2, n3, n4 = (having[k] for k in (1, 2, 3, 4))
        if 0 in (n1, n2, n3):
            return FALLBACK
        y = n1 / (n1 + 2 * n2)
        found = {1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2, 3: 3 - 4 * y * n4 / n3}
        return found if all(0 <= d <= k for k, d in found.items()) else FALLBACK

    def p(self, token: int, before: Sequence[int]) -> float:
        history = self.history(before, self.order - 1)
        p = 1 / self.size
        for n in range(1, len(history) + 2):
            h = history[len(history) - n + 1 :]
            after = {g[-1]: a for g, a in self.a.items() if len(g) == n and g[:-1] == h}
            if not after:
                continue
            total, d = sum(after.values()), self.d[n - 1]
            gamma = sum(d[min(a, 3)] for a in after.values()) / total
            own = after.get(token, 0)
            p = (own - d[min(own, 3)] if own else 0) / total + gamma * p
        return p


def test_a_toy_text_has_the_probabilities_worked_out_by_hand() -> None:
    model = KneserNey.of([A, B, A, C], vocabulary=3, order=2)
    # Every count is 1, so D1 = 0.5 stands in for equation 26. Each token follows one other:
    # p(w) = 0.5/3 + (1.5/3)(1/3) = 1/3; p(b|a) = 0.5/2 + (1/2)(1/3); p(a|b) = 0.5 + 0.5/3.
    assert model.distribution([A]) == pytest.approx([1 / 6, 5 / 12, 5 / 12])
    assert model.distribution([B]) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert model.distribution([C]) == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert model.log_probabilities([A, B, B]) == pytest.approx(np.log([5 / 12, 1 / 6]))


def test_a_lower_order_counts_what_a_token_follows_and_not_how_often_it_occurs() -> None:
    francisco = [0, 1] * 20 + [2, 3, 4, 3, 5, 3]  # 1 is frequent, but only ever after 0
    model = KneserNey.of(francisco, vocabulary=6, order=2)
    after_the_unseen = model.distribution([])
    assert after_the_unseen[3] > 1.8 * after_the_unseen[1]
    assert KneserNey.of(francisco, vocabulary=6, order=1).distribution([])[1] > 0.3


def test_order_1_is_the_unigram_smoothed_with_the_discounts_of_equation_26() -> None:
    counts = [1, 1, 1, 1, 2, 2, 3, 4]  # n1 to n4 = 4, 2, 1, 1: Y = 1/2, D = 0.5, 1.25, 1
    stream = [0, *np.repeat(np.arange(8), counts)]
    model = KneserNey.of(stream, vocabulary=8, order=1)
    left = (4 * 0.5 + 2 * 1.25 + 2 * 1.0) / 15
    expected = [(c - {1: 0.5, 2: 1.25}.get(c, 1.0)) / 15 + left / 8 for c in counts]
    assert model.distribution([]) == pytest.approx(expected)
    assert model.distribution([3, 1]) == pytest.approx(expected)


streams = st.lists(st.integers(0, 4), min_size=2, max_size=60)


@settings(deadline=None)
@given(streams, st.integers(1, 5), st.sampled_from([None, 0]), st.lists(st.integers(0, 4)))
def test_it_agrees_with_a_slow_model_of_dictionaries(
    stream: list[int], order: int, end: int | None, other: list[int]
) -> None:
    fast = KneserNey.of(stream, vocabulary=5, order=order, boundary=end)
    slow = SlowModel(stream, 5, order, end)
    for text in (stream, other):
        found = fast.log_probabilities(text)
        expected = [math.log(slow.p(text[t], text[:t])) for t in range(1, len(text))]
        assert found == pytest.approx(expected, abs=1e-5)
    assert fast.distribution(other) == pytest.approx([slow.p(w, other) for w in range(5)], abs=1e-6)


@settings(deadline=None)
@given(streams, st.integers(1, 5), st.sampled_from([None, 0]), st.lists(st.integers(0, 5)))
def test_the_probabilities_of_all_tokens_sum_to_one_after_anything(
    stream: list[int], order: int, end: int | None, history: list[int]
) -> None:
    model = KneserNey.of(stream, vocabulary=6, order=order, boundary=end)  # 5 is never seen
    p = model.distribution(history)
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert p.min() > 0


def test_no_history_reaches_over_the_end_of_a_work() -> None:
    end = 9
    works = [end, 1, 2, end, 3, 4, end, 1, 2, end, 3, 4, end]
    model = KneserNey.of(works, vocabulary=10, boundary=end)
    assert model.distribution([1, 2, end]) == pytest.approx(model.distribution([7, 7, end]))
    blind = KneserNey.of(works, vocabulary=10)
    assert blind.distribution([1, 2, end])[3] > model.distribution([1, 2, end])[3]


@pytest.fixture(scope="module")
def python_topics() -> tuple[list[int], list[int], int]:
    """Real English by many hands: Python's own help pages, a tenth of them held out."""
    pages = [re.findall(r"\w+|[^\w\s]", topics[name].lower()) for name in sorted(topics)]
    index: dict[str, int] = {"<end>": 0}
    for page in pages:
        for word in page:
            index.setdefault(word, len(index))
    numbered = [[index[word] for word in page] for page in pages]
    train = [w for i, page in enumerate(numbered) if i % 10 for w in (*page, 0)]
    held = [w for i, page in enumerate(numbered) if not i % 10 for w in (*page, 0)]
    return [0, *train], [0, *held], len(index)


def test_on_held_out_text_five_tokens_tell_more_than_two_and_two_more_than_one(
    python_topics: tuple[list[int], list[int], int],
) -> None:
    train, held, size = python_topics
    found = {}
    for order in (1, 2, 5):
        model = KneserNey.of(train, vocabulary=size, order=order, boundary=0)
        found[order] = perplexity(model.log_probabilities(held))
    assert 1.1 * found[5] < found[2] < 0.6 * found[1]
    assert found[1] < size


def test_perplexity_is_the_size_of_a_fair_die() -> None:
    assert perplexity(np.log(np.full(10, 1 / 6))) == pytest.approx(6)
    assert perplexity(np.log([0.5, 0.001]), keep=[True, False]) == pytest.approx(2)
    assert math.isnan(perplexity([]))


@pytest.mark.parametrize(
    ("stream", "order", "said"),
    [([1], 5, "at least two tokens"), ([0, 7], 5, "outside"), ([0, -1], 5, "outside"),
     ([0, 1], 0, "order")],
)  # fmt: skip
def test_a_stream_that_cannot_be_counted_is_refused(
    stream: list[int], order: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        KneserNey.of(stream, vocabulary=3, order=order)


def test_a_short_stream_has_nothing_to_predict() -> None:
    assert len(KneserNey.of([0, 1], vocabulary=2).log_probabilities([1])) == 0
