"""How varied a poet's words are: distinct-n and self-repetition.

distinct-n: Li, Galley, Brockett, Gao, Dolan: "A Diversity-Promoting Objective
Function for Neural Conversation Models", NAACL 2016, section 5: the number of
different n-grams in everything written, divided by how many there are. (They
divide by the number of tokens; by the number of n-grams it can reach 1.)

Self-repetition: after Salkar, Trost, Nenkova et al.: "Self-Repetition in
Abstractive Neural Summarizers", AACL 2022: runs of four words that a model uses
in more than one of its texts; here as their share of all runs of four.

Both fall as more is written, so only equal numbers of words can be compared:
`as_long_as` cuts one set of texts to the other's lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Words = Sequence[str]

REPEATED_RUN = 4
"""Words in a run that counts as repeated."""


def distinct(texts: Iterable[Words], n: int) -> float:
    """distinct-n of texts given as words: in (0, 1], 1 where no n-gram comes twice; NaN for none.

    An n-gram lies within one text. Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"n must be 1 or more, not {n}")
    every = [gram for text in texts for gram in _runs(text, n)]
    return len(set(every)) / len(every) if every else float("nan")


def self_repetition(texts: Iterable[Words], n: int = REPEATED_RUN) -> float:
    """The share of runs of n words that also stand in another of the texts: in [0, 1].

    0 where every text goes its own way, 1 where all are the same; NaN where no
    text has n words.
    """
    runs = [_runs(text, n) for text in texts]
    home: dict[tuple[str, ...], int] = {}
    shared: set[tuple[str, ...]] = set()
    for number, own in enumerate(runs):
        for run in own:
            if home.setdefault(run, number) != number:
                shared.add(run)
    every = [run for own in runs for run in own]
    return sum(run in shared for run in every) / len(every) if every else float("nan")


def as_long_as(texts: Iterable[Words], others: Sequence[Words]) -> list[Words]:
    """Passages of texts, one for each of `others` and of its length, in order.

    Each text gives its beginning; when all have given, those with enough left give
    what follows, and so on. Fewer passages come back than there are `others` where the
    texts run out: compare with as many of the others.
    """
    left = [text for text in texts if text]
    cut: list[Words] = []
    while left and len(cut) < len(others):
        after: list[Words] = []
        for text in left:
            if len(cut) == len(others):
                break
            length = len(others[len(cut)])
            if len(text) < length:
                continue
            cut.append(text[:length])
            after.append(text[length:])
        left = after
    return cut


def _runs(text: Words, n: int) -> list[tuple[str, ...]]:
    return [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
