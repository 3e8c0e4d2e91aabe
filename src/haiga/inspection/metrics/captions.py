"""How near captions are to what people said of the same pictures.

- BLEU: Papineni, Roukos, Ward, Zhu, ACL 2002: BP · exp(Σ_n log p_n / N), p_n the share of the
  candidates' n-grams that stand in a reference, each counted at most as often as in the
  reference that has it most; BP = exp(1 - r/c) where c candidate words are fewer than r, the
  words of the references nearest in length. Over all pictures at once.
- CIDEr-D: Vedantam, Zitnick, Parikh, CVPR 2015, section 6: for n = 1 to 4 the cosine between
  tf-idf vectors of n-grams, the candidate's clipped to the reference's, times
  exp(-(difference in length)² / 2σ²), σ = 6; the mean over n and references, times 10. The
  document frequency of an n-gram is in how many pictures' references it stands.
- METEOR: Banerjee and Lavie, ACL workshop 2005: words are aligned one to one, first as they
  are, then without a plural's ending (the original also knows stems and synonyms); with
  precision P and recall R, 10PR / (R + 9P) · (1 - 0.5 (chunks / matches)³); the best reference
  counts.

A caption here is a list of words, lower case, without punctuation.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import (
    ROUNDS,
    Measure,
    measured_mean,
    percentile_interval,
    resampled_counts,
)

Words = Sequence[str]
Grams = Counter[tuple[str, ...]]
ORDER = 4
_SIGMA = 6.0


def caption_words(text: str) -> list[str]:
    """The words of a caption as the metrics compare them."""
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())


def bleu(
    candidates: Sequence[Words],
    references: Sequence[Sequence[Words]],
    *,
    order: int = ORDER,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Measure:
    """BLEU with n-grams up to `order`, in [0, 1], with a bootstrap interval over pictures.

    0 where no n-gram of an order is shared (there is no smoothing). Raises ValueError where
    candidates and references do not fit, or a picture has no reference.
    """
    _check(candidates, references)
    table = np.array(
        [_bleu_counts(c, r, order) for c, r in zip(candidates, references, strict=True)]
    )
    value = _bleu_of(table.sum(0), order)
    if rounds < 1:
        return Measure(value)
    drawn = resampled_counts(len(table), rounds, np.random.default_rng(seed))
    low, high = percentile_interval([_bleu_of(row, order) for row in drawn @ table])
    return Measure(value, low, high)


def _bleu_counts(candidate: Words, references: Sequence[Words], order: int) -> list[float]:
    """Shared and all n-grams of each order, the candidate's length, the nearest reference's."""
    counts: list[float] = []
    for n in range(1, order + 1):
        own, most = _grams(candidate, n), Counter[tuple[str, ...]]()
        for reference in references:
            most |= _grams(reference, n)
        counts += [sum((own & most).values()), sum(own.values())]
    nearest = min((abs(len(r) - len(candidate)), len(r)) for r in references)[1]
    return [*counts, len(candidate), nearest]


def _bleu_of(total: npt.NDArray[np.float64], order: int) -> float:
    shared, every = total[0 : 2 * order : 2], total[1 : 2 * order : 2]
    if not (shared > 0).all():
        return 0.0
    length, wanted = total[-2], total[-1]
    brevity = 0.0 if length >= wanted else 1 - wanted / length
    return math.exp(brevity + float(np.log(shared / every).mean()))


def cider(
    candidates: Sequence[Words],
    references: Sequence[Sequence[Words]],
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Measure:
    """CIDEr-D, in [0, 10], the mean over pictures with its bootstrap interval.

    The document frequencies are those of these references, and stay as they are in the
    bootstrap. Raises ValueError as `bleu` does.
    """
    return measured_mean(cider_scores(candidates, references), rounds=rounds, seed=seed)


def cider_scores(
    candidates: Sequence[Words],
    references: Sequence[Sequence[Words]],
    documents: Sequence[Sequence[Words]] | None = None,
) -> npt.NDArray[np.float64]:
    """CIDEr-D of each picture: (N,). `documents` are other references to count n-grams in."""
    _check(candidates, references)
    counted = references if documents is None else documents
    known = Counter(
        gram
        for group in counted
        for gram in {
            g for reference in group for n in range(1, ORDER + 1) for g in _grams(reference, n)
        }
    )
    all_of_them = math.log(max(2, len(counted)))
    scores = np.zeros(len(candidates))
    for i, (candidate, group) in enumerate(zip(candidates, references, strict=True)):
        told = [_weighted(candidate, n, known, all_of_them) for n in range(1, ORDER + 1)]
        for reference in group:
            near = math.exp(-((len(candidate) - len(reference)) ** 2) / (2 * _SIGMA**2))
            for n in range(1, ORDER + 1):
                said = _weighted(reference, n, known, all_of_them)
                scores[i] += near * _clipped_cosine(told[n - 1], said) / ORDER / len(group)
    return 10 * scores


def _weighted(
    words: Words, n: int, known: Mapping[tuple[str, ...], int], every: float
) -> dict[tuple[str, ...], float]:
    return {
        gram: count * (every - math.log(max(1, known.get(gram, 0))))
        for gram, count in _grams(words, n).items()
    }


def _clipped_cosine(
    told: Mapping[tuple[str, ...], float], said: Mapping[tuple[str, ...], float]
) -> float:
    lengths = math.sqrt(sum(v * v for v in told.values()) * sum(v * v for v in said.values()))
    if lengths == 0:
        return 0.0
    return sum(min(v, said[g]) * said[g] for g, v in told.items() if g in said) / lengths


def meteor(
    candidates: Sequence[Words],
    references: Sequence[Sequence[Words]],
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Measure:
    """METEOR without stems and synonyms, in [0, 1], the mean over pictures."""
    _check(candidates, references)
    best = [max(_meteor(c, r) for r in g) for c, g in zip(candidates, references, strict=True)]
    return measured_mean(best, rounds=rounds, seed=seed)


def _meteor(candidate: Words, reference: Words) -> float:
    places = _aligned(candidate, reference)
    if not places:
        return 0.0
    precision, recall = len(places) / len(candidate), len(places) / len(reference)
    chunks = 1 + sum(
        (after[0] - before[0], after[1] - before[1]) != (1, 1) for before, after in pairwise(places)
    )
    mean = 10 * precision * recall / (recall + 9 * precision)
    return mean * (1 - 0.5 * (chunks / len(places)) ** 3)


def _aligned(candidate: Words, reference: Words) -> list[tuple[int, int]]:
    """Pairs of places, each used once; among equal words the one that goes on from the last."""
    pairs: dict[int, int] = {}
    free = set(range(len(reference)))
    for form in (str, _singular):
        wanted = [form(word) for word in reference]
        for i, word in enumerate(candidate):
            if i in pairs:
                continue
            there = [j for j in sorted(free) if wanted[j] == form(word)]
            after = pairs.get(i - 1, -2) + 1
            if there:
                pairs[i] = after if after in there else there[0]
                free.discard(pairs[i])
    return sorted(pairs.items())


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def distinct_share(captions: Sequence[str]) -> float:
    """How many different captions there are for each caption, in [0, 1]; NaN of none."""
    return len(set(captions)) / len(captions) if captions else math.nan


def object_recall(
    candidates: Sequence[Words],
    objects: Sequence[Sequence[str]],
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Measure:
    """The share of the things known to be in a picture that its caption names, over all pictures.

    Pictures of which nothing is known are left out; one and many are the same.
    """
    shares = []
    for candidate, wanted in zip(candidates, objects, strict=True):
        said = {_singular(word) for word in candidate}
        things = {_singular(w) for name in wanted for w in caption_words(name)}
        if things:
            shares.append(len(said & things) / len(things))
    return measured_mean(shares, rounds=rounds, seed=seed)


def _grams(words: Words, n: int) -> Grams:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _check(candidates: Sequence[Words], references: Sequence[Sequence[Words]]) -> None:
    if not candidates or len(candidates) != len(references):
        raise ValueError(f"{len(candidates)} captions for {len(references)} pictures")
    if not all(references):
        raise ValueError("every picture needs a reference")
