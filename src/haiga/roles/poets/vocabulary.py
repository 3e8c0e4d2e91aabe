"""What is known of each word of any poet: sound, diction, meaning, and where it may stand."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from haiga.features.diction import archaic_words, coarse_words, lofty_words
from haiga.features.function_words import function_words
from haiga.features.rhyme import RhymeTable
from haiga.features.seasons import SEASONS, abstract_words, image_words, season_of
from haiga.features.syllables import count, is_known, starts_with_vowel
from haiga.features.tokens import is_word
from haiga.features.vectors import WordVectors
from haiga.roles.poets.lexicon import NEVER_LAST, stem
from haiga.roles.poets.network import PoetNetwork

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

MARKS = (",", ".", ";", ":", "!", "?", "—")
"""Marks a poem may be given; brackets and quotation marks would be left open."""
STOPS = (".", "!", "?")
BE = frozenset("is are was were".split())
_MAY_END_VERSE = frozenset(
    """
    me him them us you it mine more less most then there too near down past up out on over by yes no
    oh ah before after along around round within without behind beyond below above beneath through
    away off across am be was do did have had will may not know still ever even else once so
    one ones two three four five six seven eight nine ten all both many few another either neither
    very seem seems seemed become becomes
    """.split()
)
"""Words that lean on none in rhymed and free verse, though a haiku line ends on none of them."""


class Vocabulary:
    """The words of a poet's network as arrays over its V tokens."""

    def __init__(self, network: PoetNetwork) -> None:
        self.words = network.tokens
        self.index = network.index
        self.end, self.unknown = network.end, network.unknown
        self.newline = network.index.get("\n", -1)
        size = len(self.words)
        self.is_word = np.array([is_word(word) for word in self.words])
        self.is_word[[self.end, self.unknown]] = False
        self.is_mark = np.zeros(size, bool)
        self.is_stop = np.zeros(size, bool)
        self.is_mark[[self.index[mark] for mark in MARKS if mark in self.index]] = True
        self.is_stop[[self.index[mark] for mark in STOPS if mark in self.index]] = True
        counts = np.maximum(network.counts, 1)
        self.counts = network.counts
        self.log_rate = np.log(counts / counts.sum()).astype(np.float32)

    def among(self, words: Iterable[str]) -> Bools:
        """(V,) which tokens are in a set of words."""
        rows = [self.index[word] for word in words if word in self.index]
        out = np.zeros(len(self.words), bool)
        out[rows] = True
        return out

    @cached_property
    def listed(self) -> Bools:
        """(V,) words the CMU dictionary lists: the only ones for lines that are counted."""
        return np.array([w and is_known(t) for t, w in zip(self.words, self.is_word, strict=True)])

    @cached_property
    def syllables(self) -> Ints:
        """(V,) the first listed count of each word; 0 where none is listed."""
        pairs = zip(self.words, self.listed, strict=True)
        return np.array([count(word)[0] if known else 0 for word, known in pairs], np.int64)

    @cached_property
    def is_doubtful(self) -> Bools:
        """(V,) listed words with more than one listed count."""
        pairs = zip(self.words, self.listed, strict=True)
        return np.array([bool(known) and len(count(word)) > 1 for word, known in pairs])

    @cached_property
    def usable(self) -> Bools:
        """(V,) words a poem may use: none that is profane, no stray letters."""
        stray = np.array(
            [len(word.strip("'")) == 1 and word not in ("a", "i", "o") for word in self.words]
        )
        return np.asarray(self.is_word & ~stray & ~self.among(coarse_words()))

    @cached_property
    def content(self) -> Bools:
        """(V,) words that carry meaning."""
        return np.asarray(self.is_word & ~self.among(function_words()))

    @cached_property
    def ends_strict(self) -> Bools:
        """(V,) words that may end a line of a haiku: none that leans on the next."""
        return np.asarray(self.is_word & ~self.among(NEVER_LAST | {"thy", "thine", "ye", "thou"}))

    @cached_property
    def ends(self) -> Bools:
        """(V,) words that may end a line of verse: `me` and `more` too, never `the` or `of`."""
        return np.asarray(self.ends_strict | (self.is_word & self.among(_MAY_END_VERSE)))

    @cached_property
    def images(self) -> Bools:
        """(V,) words of things the senses meet."""
        return self.among(image_words())

    @cached_property
    def abstract(self) -> Bools:
        """(V,) words of creed and sentiment."""
        return np.asarray(self.among(abstract_words()) & ~self.images)

    @cached_property
    def archaic(self) -> Bools:
        """(V,) words no longer spoken: thee, o'er, and whatever begins with an apostrophe."""
        clipped = np.array([w.startswith("'") or "'d" in w[-3:] for w in self.words])
        return np.asarray(self.is_word & (self.among(archaic_words()) | clipped))

    @cached_property
    def lofty(self) -> Bools:
        """(V,) words of creed, courtship and oratory."""
        return self.among(lofty_words())

    @cached_property
    def season(self) -> Ints:
        """(V,) 0 to 3 for spring to winter, -1 for the rest."""
        named = [season_of(word) for word in self.words]
        return np.array([SEASONS.index(s) if s else -1 for s in named])

    @cached_property
    def stem(self) -> Ints:
        """(V,) words with the same number share a stem; is, are, was and were do."""
        numbers: dict[str, int] = {}
        stems = ("be" if word in BE else stem(word) or word for word in self.words)
        return np.array([numbers.setdefault(one, len(numbers)) for one in stems])

    @cached_property
    def vowel(self) -> Bools:
        """(V,) words that are said with a vowel first."""
        return np.array([bool(w) and starts_with_vowel(w) for w in self.words])

    @cached_property
    def rhymes(self) -> RhymeTable:
        """The rhymes among all tokens."""
        return RhymeTable(self.words)

    def vectors(self, known: WordVectors) -> Floats:
        """(V, 128) unit vectors of the content words, zero for the others."""
        table = np.zeros((len(self.words), known.matrix.shape[1]), np.float32)
        for row in np.flatnonzero(self.content):
            if known.has(self.words[row]):
                table[row] = known.vector(self.words[row])
        return table
