"""How well a poet expects texts: held-out perplexity, beside an n-gram model's, and the gap.

A number is called held-out only for works that the poet was not trained on, as far as
its copying index can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from haiga.core.counted import counted
from haiga.core.seeds import generator
from haiga.features.bare_words import bare_words, word_keys
from haiga.features.copying import CopyIndex
from haiga.features.function_words import function_words
from haiga.features.tokens import Tokens
from haiga.inspection.metrics.kneser_ney import ORDER, KneserNey, perplexity
from haiga.media.texts import Text
from haiga.pages.numbers import share

MOST_TOKENS = 250_000
"""At most so many tokens of each part are scored: whole works, drawn by the seed."""
PARTLY_SEEN = 0.2
"""From this share of a work's runs of six words on, it counts as seen in another shape."""
RESAMPLES = 1000
FEW_TOKENS = 2_000
"""A held-out perplexity over fewer tokens may well be a third off: a word more or less tells."""

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Network(Protocol):
    """What is measured: token numbers from text, and their log-probabilities."""

    @property
    def tokens(self) -> Sequence[str]: ...
    @property
    def end(self) -> int: ...
    @property
    def unknown(self) -> int: ...
    @property
    def splitter(self) -> Tokens: ...
    def encode(self, text: str) -> list[int]: ...
    def score(self, numbers: Numbers) -> npt.NDArray[np.floating]: ...


@dataclass(frozen=True)
class Works:
    """Texts by what the poet did with them.

    `parts` has `train`, `validation`, `test`, `never seen`, `partly seen`, or, where
    nothing tells them apart, all texts under `unknown`.
    """

    parts: Mapping[str, tuple[Text, ...]]

    @property
    def held_out(self) -> str | None:
        """The part whose figures may be called held-out: test, else never seen, else none."""
        return next((name for name in ("test", "never seen") if self.parts.get(name)), None)


@dataclass(frozen=True)
class Perplexity:
    """Of one part: with every token scored, and with unknown words left unscored.

    `works` and `tokens` say how much was scored (line ends and the ends of works are
    tokens), `unknown_share` in [0, 1] how many of the words were unknown.
    """

    part: str
    works: int
    tokens: int
    perplexity: float
    perplexity_known: float
    unknown_share: float


@dataclass(frozen=True)
class Comparison:
    """The same works and tokens under an n-gram model fitted to the training works.

    `lower_by` is 1 - poet's perplexity / n-gram's (negative where the poet is worse), all
    tokens scored; `low` and `high` bound it at 95 % over works drawn anew.
    """

    order: int
    fitted_works: int
    fitted_tokens: int
    perplexity: float
    perplexity_known: float
    lower_by: float
    low: float
    high: float


@dataclass(frozen=True)
class Reading:
    """All that is measured of how a poet reads; whatever could not be, with the reason."""

    counts: Mapping[str, int]
    """Works in each part."""
    parts: tuple[Perplexity, ...] = ()
    held_out: str | None = None
    why_not_held_out: str = ""
    kneser_ney: Comparison | None = None
    why_no_kneser_ney: str = ""
    gap: float | None = None
    """Perplexity on validation works divided by that on training works; 1 is no gap."""
    unit: str = "words"
    """What is read one after another: `words` or `characters`."""
    caution: str = ""
    """What must be said with the held-out figure, where it is taken on little."""

    def part(self, name: str | None) -> Perplexity | None:
        """The perplexity of a part, where it was measured."""
        return next((part for part in self.parts if part.part == name), None)


def sort_works(texts: Sequence[Text], index: CopyIndex | None) -> Works:
    """The texts by what the poet's copying index knows of them.

    Without an index all are `unknown`. A work that the index does not hold, and a fifth
    of whose runs of six words stand in it all the same, is `partly seen`.
    """
    if index is None:
        return Works({"unknown": tuple(texts)})
    parts: dict[str, list[Text]] = {
        name: [] for name in ("train", "validation", "test", "never seen", "partly seen")
    }
    for text in texts:
        part = index.split_of(text.text)
        if part is None:
            part = "partly seen" if shared_part(text.text, index) >= PARTLY_SEEN else "never seen"
        parts[part].append(text)
    return Works({name: tuple(some) for name, some in parts.items()})


def shared_part(text: str, index: CopyIndex) -> float:
    """The share in [0, 1] of a text's runs of six words that stand in a work of the index.

    Only runs with two content words count; 0 for a text without one.
    """
    words = bare_words(text)
    if len(words) < 6:
        return 0.0
    keys = np.lib.stride_tricks.sliding_window_view(word_keys(words), 6)
    content = np.array([word not in function_words() for word in words], np.int64)
    rich = np.convolve(content, np.ones(6, np.int64), "valid") >= 2
    return float(index.has_six(keys[rich]).mean()) if rich.any() else 0.0


def measure_reading(
    network: Network,
    works: Works,
    *,
    most_tokens: int = MOST_TOKENS,
    order: int = ORDER,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Reading:
    """Scores each part of the works; `tell` hears what is being done."""
    parts: list[Perplexity] = []
    scored: dict[str, _Scored] = {}
    for name in ("train", "validation", "test", "never seen", "unknown"):
        if works.parts.get(name):
            tell(f"reading {name} works")
            scored[name] = _score(network, works.parts[name], most_tokens, seed)
            parts.append(scored[name].perplexity(name, network))
    held_out = works.held_out
    comparison, why = None, "there are no held-out works to compare on"
    if held_out:
        comparison, why = None, "the texts hold none of the works the poet was trained on"
        if works.parts.get("train"):
            tell("fitting the n-gram model")
            comparison, why = _compare(network, works, scored[held_out], order), ""
    by_name = {part.part: part for part in parts}
    gap = None
    if "train" in by_name and "validation" in by_name:
        gap = by_name["validation"].perplexity / by_name["train"].perplexity
    return Reading(
        counts={name: len(some) for name, some in works.parts.items()},
        parts=tuple(parts),
        held_out=held_out,
        why_not_held_out="" if held_out else why_not_held_out(works),
        kneser_ney=comparison,
        why_no_kneser_ney=why,
        gap=gap,
        unit="characters" if network.splitter.level == "char" else "words",
        caution=caution_on(by_name[held_out]) if held_out else "",
    )


def caution_on(part: Perplexity) -> str:
    """A sentence where a held-out figure is taken on very little; "" where it is not."""
    if part.tokens >= FEW_TOKENS:
        return ""
    return (
        f"the held-out perplexity is taken on {counted(part.works, 'work')} of "
        f"{counted(part.tokens, 'token')} in all: under {FEW_TOKENS:,} it is rough, and other "
        "works would give another"
    )


def than(lower_by: float) -> str:
    """`58.8 % worse than`, for a poet beside an n-gram model; see `Comparison.lower_by`."""
    if lower_by == 0:
        return "as good as"
    from_it = share(abs(lower_by))
    return f"{from_it} {'better' if lower_by > 0 else 'worse'} than"


def why_not_held_out(works: Works) -> str:
    """Why nothing of these works may be called held-out, in one sentence."""
    if works.parts.get("unknown"):
        return (
            "this poet has no copying index, so nothing can tell which of the texts it was "
            "trained on: no figure here is a held-out one"
        )
    if works.parts.get("validation"):
        return (
            "the texts hold works it was trained on and works that decided when training "
            "ended, none that it never saw: no figure here is a held-out one"
        )
    if works.parts.get("partly seen") and not works.parts.get("train"):
        return (
            "every text shares long passages with what it was trained on: no figure here is "
            "a held-out one"
        )
    return "every text was trained on: no figure here is a held-out one"


@dataclass(frozen=True)
class _Scored:
    """Works as one stream, and the log-probability of each token after the first."""

    stream: Numbers  # (N,)
    log_p: Floats  # (N - 1,)
    lengths: list[int] = field(repr=False)  # tokens of each work, its end included

    def perplexity(self, name: str, network: Network) -> Perplexity:
        known = self.stream[1:] != network.unknown
        words = self.stream[1:] != network.end
        return Perplexity(
            part=name,
            works=len(self.lengths),
            tokens=len(self.log_p),
            perplexity=perplexity(self.log_p),
            perplexity_known=perplexity(self.log_p, known),
            unknown_share=float((~known).sum() / max(1, words.sum())),
        )


def _score(network: Network, texts: Sequence[Text], most: int, seed: int) -> _Scored:
    """Works drawn until they hold `most` tokens, or all, scored as one stream in file order."""
    chosen: dict[int, list[int]] = {}
    held = 0
    for place in generator(seed, "works to score").permutation(len(texts)).tolist():
        chosen[place] = network.encode(texts[place].text)
        held += len(chosen[place]) + 1
        if held >= most:
            break
    encoded = [chosen[place] for place in sorted(chosen)]
    stream = joined(encoded, network.end)
    log_p = np.asarray(network.score(stream), np.float64)
    return _Scored(stream, log_p, [len(work) + 1 for work in encoded])


def joined(encoded: Sequence[Sequence[int]], end: int) -> Numbers:
    """Works as one stream, with the end token before, between and after them."""
    out = [end]
    for work in encoded:
        out += work
        out.append(end)
    return np.asarray(out, np.int64)


def _compare(network: Network, works: Works, held: _Scored, order: int) -> Comparison:
    train = works.parts["train"]
    stream = joined([network.encode(text.text) for text in train], network.end)
    model = KneserNey.of(stream, vocabulary=len(network.tokens), order=order, boundary=network.end)
    log_p = model.log_probabilities(held.stream)
    known = held.stream[1:] != network.unknown
    drawn = _resampled(held.log_p - log_p, held.lengths)
    low, high = np.quantile(1 - np.exp(-drawn), [0.025, 0.975])
    return Comparison(
        order=order,
        fitted_works=len(train),
        fitted_tokens=len(stream) - 1,
        perplexity=perplexity(log_p),
        perplexity_known=perplexity(log_p, known),
        lower_by=1 - float(np.exp(-(held.log_p - log_p).mean())),
        low=float(low),
        high=float(high),
    )


def _resampled(gain: Floats, lengths: Sequence[int]) -> Floats:
    """(RESAMPLES,) mean gain in nats a token over works drawn anew with replacement.

    The percentile bootstrap (Efron 1979), works being the unit: the words of one
    poem are not independent.
    """
    ends = np.cumsum(lengths)
    total = np.add.reduceat(gain, np.concatenate([[0], ends[:-1]]))  # (W,)
    sizes = np.asarray(lengths, np.float64)
    draw = generator(0, "works drawn anew")
    count = len(lengths)
    times = draw.multinomial(count, np.full(count, 1 / count), RESAMPLES)  # (RESAMPLES, W)
    return np.asarray((times @ total) / (times @ sizes))
