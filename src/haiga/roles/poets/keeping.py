"""Keeping a form: which words may come next in a line, and which may end it on a rhyme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.forms import Form, Span
from haiga.features.rhyme import rhyme_kind
from haiga.roles.poets.forms import reachable
from haiga.roles.poets.vocabulary import Vocabulary

Bools = npt.NDArray[np.bool_]

ENOUGH = 12
"""Rhymes that the first word of a pair has, if the vocabulary is rich enough."""
FREE_WORDS = 14
"""Words after which a free line ends as soon as a word may end it."""


class Keeper:
    """One form, and what the words of one poet can do in it.

    `allowed` (V,) are the words that may be used at all. Raises UserError naming the
    first line that they cannot fill, and why.
    """

    def __init__(self, form: Form, vocabulary: Vocabulary, allowed: Bools) -> None:
        self.form, self._v = form, vocabulary
        counted = form.is_counted or form.is_rhymed
        self.inner = allowed & (vocabulary.listed if counted else vocabulary.is_word)
        strict = form.counts is not None and not form.is_rhymed
        self.ends = self.inner & (vocabulary.ends_strict if strict else vocabulary.ends)
        self.sizes = vocabulary.syllables  # (V,)
        self._inner_sizes = self._sizes_of(self.inner)
        self._tables: dict[tuple[int, tuple[int, ...]], Bools] = {}
        self._endings: dict[tuple[int, tuple[str, ...]], Bools] = {}
        self._words: dict[tuple[int, int, bool], Bools] = {}
        if not self.inner.any():
            raise UserError(f"form '{form.name}': the poet knows no word it may use")
        self._openers = self._rich_words() if form.is_rhymed else self.ends
        for line in range(len(form.lines)):
            self._check(line)

    def endings(self, line: int, ends: Sequence[str]) -> Bools:
        """(V,) words that may end a line after the words that ended the lines before it.

        The first of a rhyme is one with enough rhymes; a later one rhymes with every
        earlier one of its letter and, where another is to come, leaves it a word.
        """
        earlier = tuple(ends[i] for i in self.form.earlier_rhymes(line))
        later = len(self.form.later_rhymes(line))
        if not earlier and not later:
            return self.ends
        if not earlier:
            return self._openers
        key = (later, earlier)
        if key not in self._endings:
            mask = self.ends.copy()
            for word in earlier:
                mask &= self._rhyming(word)
            if later:
                for row in np.flatnonzero(mask):
                    mask[row] = (mask & self._rhyming(self._v.words[row])).sum() >= later
            self._endings[key] = mask
        return self._endings[key]

    def may_end(self, line: int, word: str, ends: Sequence[str]) -> bool:
        """Whether a word from outside the vocabulary may end a line, as far as rhyme goes."""
        earlier = [ends[i] for i in self.form.earlier_rhymes(line)]
        if not all(rhyme_kind(other, word) for other in earlier):
            return False
        later = self.form.later_rhymes(line)
        return not later or bool((self.ends & self._rhyming(word)).any())

    def table(self, line: int, endings: Bools) -> Bools:
        """(most + 1,): with how many syllables spoken the line can still be ended in its span."""
        span = self.form.lines[line]
        assert span is not None
        last = self._sizes_of(endings)
        key = (line, last)
        if key not in self._tables:
            self._tables[key] = reachable(span, self._inner_sizes, last)
        return self._tables[key]

    def words(self, line: int, spoken: int, endings: Bools) -> Bools:
        """(V,) the words that may come next in a counted line with so many syllables spoken.

        Exact look-ahead: each either may end the line here, or leaves what other words
        can complete.
        """
        span = self.form.lines[line]
        if span is None:
            return self.inner
        key = (line, spoken, endings is self.ends)
        known = self._words.get(key) if endings is self.ends or endings is self._openers else None
        if known is not None:
            return known
        table = np.zeros(span.most + 2, bool)  # the last entry stands for too many
        table[: span.most + 1] = self.table(line, endings)
        after = np.minimum(spoken + self.sizes, span.most + 1)
        final = endings & (after >= span.least) & (after <= span.most)
        inside = self.inner & table[after] & (after < span.most)
        out = np.asarray(final | inside)
        if endings is self.ends or endings is self._openers:
            self._words[key] = out
        return out

    def _sizes_of(self, words: Bools) -> tuple[int, ...]:
        return tuple(int(n) for n in np.unique(self.sizes[words]) if n > 0)

    def _rhyming(self, word: str) -> Bools:
        mask = np.zeros(len(self._v.words), bool)
        mask[self._v.rhymes.partners(word)] = True
        return mask

    def _rich_words(self) -> Bools:
        """(V,) words to open a rhyme with: as many rhymes as can be asked of these words."""
        rows = np.flatnonzero(self.ends)
        size = self._v.rhymes.group_sizes(rows)
        need = max((len(self.form.later_rhymes(i)) for i in range(len(self.form.lines))), default=1)
        for enough in (ENOUGH, 6, 3, 2, 1):
            if enough < need:
                break
            mask = np.zeros(len(self._v.words), bool)
            mask[rows[size >= enough]] = True
            if mask.sum() >= 40 or (mask.any() and enough <= max(need, 1)):
                return mask
        raise UserError(
            f"form '{self.form.name}', line {self._first_rhyme() + 1}: no two of the poet's words "
            "that may end a line rhyme"
        )

    def _first_rhyme(self) -> int:
        return next(i for i in range(len(self.form.lines)) if self.form.later_rhymes(i))

    def _check(self, line: int) -> None:
        span = self.form.lines[line]
        if span is None:
            return
        endings = self._openers if self.form.later_rhymes(line) else self.ends
        if not self.table(line, endings)[0]:
            raise UserError(
                f"form '{self.form.name}', line {line + 1}: the poet's words cannot fill "
                f"{span} syllable{'s' if span != Span(1, 1) else ''}"
                + ("" if self.ends.any() else "; none of them may end a line")
            )
