"""What the haiku poet is refined on: haiku, and haiku-like passages of the verse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.seeds import generator
from haiga.features.diction import archaic_words, lofty_words
from haiga.features.vectors import WordVectors
from haiga.training.text_corpus import MARKS, NEWLINE
from haiga.training.text_stream import Numbers, Stanza, examples_epoch
from haiga.training.text_tags import TAGS, Floats, viterbi
from haiga.training.text_windows import (
    FINITE,
    is_noun_phrase,
    passage_score,
    passages,
    segments,
)

_LOOSE = {"NN": 0.4, "NNS": 0.2, "JJ": 0.2, "VB": 0.05, "VBZ": 0.05, "VBD": 0.05, "RB": 0.05}


@dataclass(frozen=True)
class Part:
    """Five syllables, or twelve in two lines: what pairs are made of."""

    lines: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    score: float
    short_first: bool


@dataclass(frozen=True)
class HaikuMaterial:
    """Everything the refinement draws its epochs from."""

    haiku: list[list[str]]
    passages: list[tuple[list[str], float]]
    fragments: list[Part]
    phrases: list[Part]
    verse: list[Stanza]
    small: list[list[str]]
    """Three plain lines full of things: tercets, and found haiku."""


def tag_stanza(
    stanza: Stanza, index: dict[str, int], move: Floats, tag_of: Floats, prior: Floats
) -> tuple[list[str], list[str], set[int]]:
    """A stanza without its newlines: tokens, their tags, and where its lines began."""
    tokens: list[str] = []
    breaks: set[int] = set()
    for token in stanza.tokens:
        if token == NEWLINE:
            breaks.add(len(tokens))
        else:
            tokens.append(token)
    numbers = [index["."], *(index.get(token, 0) for token in tokens)]
    path = viterbi(numbers, move, tag_of, prior)[1:]
    return tokens, [TAGS[i] for i in path], breaks


def loose_unknowns(tag_of: Floats, specials: int) -> Floats:
    """The tag table with its first rows (unknown words) free to be any open class."""
    table = tag_of.copy()
    for row in range(specials):
        table[row] = [_LOOSE.get(tag, 0.0) for tag in TAGS]
    return table


def tags_by_line(
    lines: Sequence[Sequence[str]], kinds: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """The tags of each line's tokens: `kinds` are those of the words in order, marks are COMMA."""
    left = iter(kinds)
    return tuple(tuple("COMMA" if t in MARKS else next(left) for t in line) for line in lines)


def _plain(words: Sequence[str], index: dict[str, int]) -> bool:
    barred = archaic_words() | lofty_words()
    return all(word in index for word in words) and not any(word in barred for word in words)


def gather(
    train: Sequence[Stanza],
    haiku: Sequence[Stanza],
    small: Sequence[Stanza],
    index: dict[str, int],
    tables: tuple[Floats, Floats, Floats],
) -> HaikuMaterial:
    """Reads all stanzas once for passages, fragments and phrases in plain words."""
    found: list[tuple[list[str], float]] = []
    fragments: list[Part] = []
    phrases: list[Part] = []
    for stanza in train:
        if stanza.repeats < 0.5:
            continue
        tokens, tags, breaks = tag_stanza(stanza, index, *tables)
        for passage in passages(tokens, tags, breaks):
            words = [t for t in passage.tokens if t[0].isalpha()]
            if passage.score >= 0.7 and _plain(words, index):
                found.append((list(passage.tokens), passage.score))
        for form in ((5,), (7, 5), (5, 7)):
            for _, lines, kinds in segments(tokens, tags, breaks, form):
                words = [t for line in lines for t in line if t not in MARKS]
                score = passage_score(words, kinds)
                least = 1.0 if form == (5,) else 0.7
                if score < least or not _plain([w for w in words if w != "'s"], index):
                    continue
                part = Part(
                    tuple(tuple(line) for line in lines),
                    tuple(words),
                    tags_by_line(lines, kinds),
                    score,
                    form == (5, 7),
                )
                if form == (5,):
                    if is_noun_phrase(kinds) and words[0] not in {"such", "any", "every"}:
                        fragments.append(part)
                elif any(k in FINITE for k in kinds) and kinds[0] not in {"CC", "CS", "WH", "IN"}:
                    phrases.append(part)
    return HaikuMaterial(
        haiku=[list(s.tokens) for s in haiku],
        passages=found,
        fragments=fragments,
        phrases=phrases,
        verse=[s for s in train if s.imagistic],
        small=[list(s.tokens) for s in small if _is_small(s, index)],
    )


def _is_small(stanza: Stanza, index: dict[str, int]) -> bool:
    """Whether a stanza is three plain lines of things that do not exclaim."""
    words = [t for t in stanza.tokens if t[0].isalpha() and t != "'s"]
    return (
        stanza.tokens.count(NEWLINE) == 3
        and stanza.repeats >= 1.0
        and len(words) <= 20
        and not {"!", "?"} & set(stanza.tokens)
        and _plain(words, index)
    )


def _direction(words: Sequence[str], vectors: WordVectors) -> npt.NDArray[np.float32]:
    rows = [vectors.vector(w) for w in words if len(w) > 3 and vectors.has(w)]
    mean = np.mean(rows, 0) if rows else np.zeros(vectors.matrix.shape[1], np.float32)
    return np.asarray(mean / (np.linalg.norm(mean) + 1e-6), np.float32)


def haiku_epoch(
    material: HaikuMaterial, vectors: WordVectors, index: dict[str, int], seed: int, epoch: int
) -> Numbers:
    """One epoch: every haiku six times, passages by score, each phrase beside a fragment like it,
    and half as often again what other small poems there are.

    A phrase meets a fragment drawn from the sixteen whose words are most like its
    own, with a dash between; three phrases in ten come first, the rest last. Two
    imagistic stanzas in five are read too, so that the grammar of verse is not
    forgotten.
    """
    draw = generator(seed, "haiku epoch", epoch)
    near = np.stack([_direction(p.words, vectors) for p in material.fragments])
    examples: list[list[str]] = []
    weights: list[float] = []
    for haiku in material.haiku:
        examples.append(haiku)
        weights.append(6.0)
    for tokens, score in material.passages:
        examples.append(tokens)
        weights.append(min(3.0, 0.6 * score))
    for phrase in material.phrases:
        order = np.argsort(-(near @ _direction(phrase.words, vectors)), kind="stable")
        used = {w for w in phrase.words if len(w) > 3}
        fit = [i for i in order[:40] if not used & set(material.fragments[i].words)][:16]
        if not fit:
            continue
        fragment = list(material.fragments[fit[int(draw.integers(len(fit)))]].lines[0])
        lines = [list(line) for line in phrase.lines]
        if phrase.short_first:
            lines[-1].append("—")
            whole = [*lines, fragment]
        else:
            whole = [[*fragment, "—"], *lines]
        examples.append([t for line in whole for t in (*line, NEWLINE)])
        weights.append(min(2.0, 0.6 * phrase.score))
    for tokens in material.small:
        examples.append(tokens)
        weights.append(1.5)
    for stanza in material.verse:
        examples.append(list(stanza.tokens))
        weights.append(0.4)
    return examples_epoch(examples, weights, index, seed, epoch)
