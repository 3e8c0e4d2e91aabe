"""The parts of a poet's files: the network as one ONNX step, its words, what the verse attests."""

from __future__ import annotations

import collections
import re
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from haiga.features.bloom import Bloom, run_keys
from haiga.features.diction import archaic_words, coarse_words
from haiga.features.seasons import image_words
from haiga.features.syllables import (
    count,
    ends_hissing,
    is_known,
    is_ownable,
    starts_with_vowel,
)
from haiga.models.session import Session
from haiga.training.nets.lstm import WordLstm
from haiga.training.text_corpus import HAIKU, MARKS, NEWLINE, Work

CONTROL = (NEWLINE, HAIKU, ",", "—", "'s")
"""The first rows of the poet's vocabulary; words follow."""
LEAST_READ = 40
"""How often the poems must use a word before the poet may."""
STOPS = {".", ";", "—", "!", "?"}


def names_in(works: Iterable[Work]) -> set[str]:
    """Words that the poems write with a capital inside a sentence more often than not."""
    upper: collections.Counter[str] = collections.Counter()
    lower: collections.Counter[str] = collections.Counter()
    for work in works:
        for match in re.finditer(r"(?<=[a-z,] )([A-Za-z]+)\b", work.text):
            word = match.group(1)
            (upper if word[0].isupper() else lower)[word.lower()] += 1
    return {w for w, n in upper.items() if n > 1.5 * lower[w]}


def poem_words(
    vocabulary: Sequence[str],
    counts: dict[str, float],
    names: set[str],
    own: Container[str] = (),
) -> list[str]:
    """The words a poem may use: known to the CMU dictionary, plain, no names, seen often enough.

    The plans' `own` words need not be seen often.
    """
    barred = archaic_words() | coarse_words()
    keep = []
    for word in vocabulary:
        if word in CONTROL or word.startswith("<") or word in MARKS or not is_known(word):
            continue
        name = word in names and word not in image_words()
        letter = len(word) == 1 and word not in "ai"
        seldom = counts.get(word, 0) < LEAST_READ or name
        if word not in barred and not letter and (word in own or not seldom):
            keep.append(word)
    return keep


class Step(nn.Module):
    """One word for each of B poems: (B,) int64 and state -> log-probabilities and state."""

    def __init__(self, net: WordLstm, rows: Tensor) -> None:
        super().__init__()
        # float16 halves the file; the step casts the one row it looks up
        self.embedding = nn.Parameter(net.embedding.weight[rows].detach().half(), False)
        self.lstm = net.lstm
        self.narrow = net.narrow
        self.out = nn.Linear(net.sizes["width"], len(rows))
        self.out.weight.data = net.embedding.weight[rows].detach().clone()
        self.out.bias.data = net.bias[rows].detach().clone()

    def forward(self, word: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.embedding[word].float()[:, None]  # (B, 1, width)
        x, (hidden, cell) = self.lstm(x, (hidden, cell))
        return torch.log_softmax(self.out(self.narrow(x[:, 0])), 1), hidden, cell


def parity(step: Step, file: Path, sizes: dict[str, int]) -> dict[str, float]:
    """How far ONNX Runtime's int8 step is from torch's float step, at batch 1, 2 and 5.

    The largest difference of a log-probability above -8, and how often both rank
    the same token first, over twelve steps of random tokens.
    """
    session = Session(file)
    draw = np.random.Generator(np.random.PCG64(5))
    worst, same, n = 0.0, 0, 0
    for batch in (1, 2, 5):
        state = [np.zeros((sizes["layers"], batch, sizes["hidden"]), np.float32)] * 2
        theirs = [torch.zeros(sizes["layers"], batch, sizes["hidden"])] * 2
        for _ in range(12):
            word = draw.integers(1, step.out.out_features, batch)
            log_p, *state = session.run({"word": word, "hidden": state[0], "cell": state[1]})
            with torch.no_grad():
                wanted, *theirs = step(torch.from_numpy(word), *theirs)
            want = wanted.numpy()
            likely = want > -8
            worst = max(worst, float(np.abs(want - log_p)[likely].max(initial=0.0)))
            same += int((want.argmax(1) == log_p.argmax(1)).sum())
            n += batch
    return {
        "largest log-probability difference above -8": round(worst, 4),
        "same first token": round(same / n, 4),
    }


def folded(tokens: Sequence[str]) -> list[str]:
    """Tokens as the n-gram tables see them: no newlines, every stop a dash, one at the start."""
    out = ["—"]
    for token in tokens:
        if token == NEWLINE:
            continue
        token = "—" if token in STOPS else token
        if token == "—" and out[-1] == "—":
            continue
        out.append(token)
    return out


def count_pairs(streams: Iterable[npt.NDArray[np.int64]], size: int) -> dict[str, npt.NDArray[Any]]:
    """Counts of neighbouring words as sorted rows: `start` (V + 1,), `next` (N,), `seen` (N,).

    `seen` is uint8, min(255, count); row a is next[start[a] : start[a + 1]].
    """
    keys = np.concatenate([s[:-1] * size + s[1:] for s in streams if len(s) > 1])
    unique, counts = np.unique(keys, return_counts=True)
    first = unique // size
    start = np.searchsorted(first, np.arange(size + 1))
    return {
        "pair_start": start.astype(np.int32),
        "pair_next": (unique % size).astype(np.int16),
        "pair_seen": np.minimum(255, counts).astype(np.uint8),
    }


def bloom_of_runs(streams: Iterable[npt.NDArray[np.int64]], n: int, bits: float) -> Bloom:
    """A filter of every run of n words."""
    keys = [
        run_keys(np.lib.stride_tricks.sliding_window_view(s, n)) for s in streams if len(s) >= n
    ]
    return Bloom.of(np.unique(np.concatenate(keys)), bits_per_key=bits)


def whole_runs(
    tokens: Sequence[str], index: dict[str, int], least: int
) -> list[npt.NDArray[np.int64]]:
    """The stretches of at least `least` tokens that are all in the vocabulary, as numbers."""
    out, run = [], []
    for token in [*tokens, ""]:
        if token in index:
            run.append(index[token])
            continue
        if len(run) >= least:
            out.append(np.asarray(run, np.int64))
        run = []
    return out


def word_table(words: Sequence[str]) -> dict[str, list[Any]]:
    """Of each word: `syllables`, the first listed count; `doubts`, every other listed count;
    whether it ends `hissing` (so that 's would add a syllable), starts with a `vowel`, and
    is `ownable`: the dictionary lists it with 's, no syllable longer.
    """
    listed = [count(word) for word in words]
    return {
        "syllables": [c[0] for c in listed],
        "doubts": [list(c[1:]) for c in listed],
        "hissing": [int(ends_hissing(word)) for word in words],
        "ownable": [int(is_ownable(word)) for word in words],
        "vowel": [int(starts_with_vowel(word)) for word in words],
    }
