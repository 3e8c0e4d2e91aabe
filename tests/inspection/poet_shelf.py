"""Works drawn from a little grammar, an index that knows which were read, and a bigram network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Poem
from haiga.features.copying import CopyIndex, Source
from haiga.features.tokens import END, NEWLINE, UNKNOWN, Tokens
from haiga.inspection.poet_poems import Written
from haiga.media.texts import Text

NOUNS = "moon river frog crow lantern willow autumn snow harbour meadow".split()
VERBS = "sleeps wanders trembles answers gathers burns".split()
HOW = "slowly alone again tonight beyond".split()


def line(draw: np.random.Generator) -> str:
    noun, other, verb, how = (draw.choice(kind) for kind in (NOUNS, NOUNS, VERBS, HOW))
    return f"the {noun} of the {other} {verb} {how}"


def works(count: int, seed: int, lines: int = 6) -> list[Text]:
    """Different works of a seed."""
    draw = np.random.default_rng(seed)
    return [
        Text("\n".join(line(draw) for _ in range(lines)), "A. Poet", f"Work {seed}-{i}")
        for i in range(count)
    ]


def index_of(train: Sequence[Text], **others: Sequence[Text]) -> CopyIndex:
    """A copying index of works by split."""
    return CopyIndex.of(
        Source(text.author, text.title, text.text.splitlines(), split=split)
        for split, texts in {"train": train, **others}.items()
        for text in texts
    )


class BigramNetwork:
    """A network that learned pairs of tokens, with one added to every count."""

    def __init__(self, learned: Sequence[Text], leave_out: Sequence[str] = ()) -> None:
        self.splitter = Tokens("word")
        every = {t for text in learned for t in self.splitter.split(text.text)}
        self.tokens = [UNKNOWN, END, NEWLINE, *sorted(every - {NEWLINE, *leave_out})]
        self.unknown, self.end = 0, 1
        self._index = {token: i for i, token in enumerate(self.tokens)}
        counts = np.ones((len(self.tokens), len(self.tokens)))
        for text in learned:
            numbers = [self.end, *self.encode(text.text), self.end]
            np.add.at(counts, (numbers[:-1], numbers[1:]), 1)
        self.log_p = np.log(counts / counts.sum(1, keepdims=True))
        self.scored: list[int] = []

    def encode(self, text: str) -> list[int]:
        return [self._index.get(token, self.unknown) for token in self.splitter.split(text)]

    def score(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.floating]:
        self.scored.append(len(numbers))
        return np.asarray(self.log_p[numbers[:-1], numbers[1:]])

    def begin(self, count: int) -> int:
        return count

    def step(self, words: npt.NDArray[np.int64], state: int) -> tuple[npt.NDArray[np.float32], int]:
        return np.asarray(self.log_p[words], np.float32), state


def written(*poems: str, form: str = "free") -> list[Written]:
    """Poems with seeds 0, 1, …; lines are parted by `/`."""
    return [
        Written(Poem(tuple(part.strip() for part in poem.split("/")), form), seed)
        for seed, poem in enumerate(poems)
    ]
