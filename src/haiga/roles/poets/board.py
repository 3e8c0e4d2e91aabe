"""What a decoder looks up at every step, over the W words that its poems may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from haiga.core.seeds import generator
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.forms import CountedForm
from haiga.roles.poets.lexicon import NOUNS, Lexicon
from haiga.roles.poets.roles import Roles
from haiga.roles.poets.sense import Sense
from haiga.roles.poets.syntax import (
    FIXED,
    SLOTS,
    Plan,
    completable,
    groups_of,
    plan_group,
    slots_of,
)
from haiga.roles.poets.theme import Themes

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DASH, NEWLINE = len(SLOTS) + len(FIXED), len(SLOTS) + len(FIXED) + 1
"""Slots that end a line."""
POOL = 900
"""Plans drawn for a group of lines; a draft takes one of those that words can fill."""
LONGEST = 14
"""Slots in a line, at most; the marks at its end included."""

_HEADS = [SLOTS.index(name) for name in ("noun", "nouns", "mass")]
_RESERVED = 2  # words asked for that a plan keeps a slot for

_COLOURS = frozenset(
    "red blue green yellow white black gray brown purple crimson scarlet golden gold silver pink"
    " violet amber rosy pale bright dim dark".split()
)
_HOURS = frozenset(
    "morning mornings evening evenings night nights twilight dusk dawn noon midnight afternoon"
    " sunset sunrise daybreak nightfall today tonight day days".split()
)


@dataclass(frozen=True)
class Pool:
    """Plans for one group of lines: `slots` (n, lines, LONGEST), -1 where a line has ended, and
    `tables` (n, lines, LONGEST + 1, most + 1), what the slots from each place on can still fill.
    """

    slots: Ints
    tables: Bools
    families: list[Ints]
    """Plans that share their set phrase, parts and owners; the first have none."""
    shares: npt.NDArray[np.float64]


class Board:
    """Tables over the words that may stand in a slot, and over words asked for besides.

    `ids` (W,) are their rows in the network's vocabulary; every other table is over W.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        attested: Attested,
        themes: Themes,
        asked: Sequence[int] = (),
        plain: Board | None = None,
    ) -> None:
        x = self.lexicon = lexicon
        slots = slots_of(lexicon)
        usable = (x.is_word & (x.syllables > 0)) | (np.arange(len(x.words)) == x.possessive)
        listed = slots.fits(usable, ())
        base = np.flatnonzero(listed.any(0) | np.isin(np.arange(len(x.words)), _controls(x)))
        extra = [row for row in dict.fromkeys(asked) if usable[row] and row not in set(base)]
        self.ids: Ints = np.array([*base, *extra], np.int64)
        self.place = {int(v): i for i, v in enumerate(self.ids)}
        fits = slots.fits(usable, list(asked))[:, self.ids]
        self.listed: Bools = listed[:, self.ids]  # (slots, W) what any poem may say there
        self.fits: Bools = fits  # (slots, W) the words asked for in more slots
        self.slot_words = [np.flatnonzero(row) for row in fits]
        ids = self.ids
        self.words = [x.words[i] for i in ids]
        self.newline, self.dash = self.place[x.newline], self.place[x.dash]
        self.syllables = x.syllables[ids]
        self.ends, self.vowel, self.often = x.ends[ids], x.vowel[ids], x.often[ids]
        self.is_word, self.lofty, self.content = x.is_word[ids], x.lofty[ids], x.content[ids]
        self.uncounted, self.season = x.uncounted[ids], x.season[ids]
        self.stem = np.unique(x.stem[ids], return_inverse=True)[1]
        self.log_rate = x.log_rate[ids]
        self.thing = (x.images & (x.tagged(*NOUNS) > 0.5))[ids]
        self.abstract = x.abstract[ids]
        self.doubtful = np.array([bool(x.doubts[i]) for i in ids])
        # one colour and one time of day are enough for a poem
        self.sort = (x.among(_COLOURS) + 2 * x.among(_HOURS))[ids]
        self.a, self.an = (self.words.index(word) for word in ("a", "an"))
        self.one = np.isin(self.words, ["a", "an", "another", "two", "three", "five", "seven"])
        self.affinity = attested.table(ids)  # (W, W)
        self.vectors = themes.table[ids]
        self.alike = self._alike(len(base), plain)  # (W, W) cosines
        self.sense = Sense(self.words)
        self.roles = Roles(self.sense)
        self.worth: Floats = np.zeros(len(ids), np.float32)  # nats; the decoder's weights say
        self.fixed_word = np.array(
            [self.place.get(x.index.get(w, -1), -1) for w in FIXED] + [self.dash]
            + [self.newline]
        )  # fmt: skip
        self._pools: dict[tuple[int, ...], Pool] = {}
        self._lines: dict[tuple[int, ...], Bools] = {}

    def _alike(self, base: int, plain: Board | None) -> Floats:
        """Cosines, those of the poet's own words to the byte what they are without the others.

        A product of matrices may round otherwise when its shape changes, so every word
        asked for has a product of its own.
        """
        own = self.vectors[:base]
        out = np.zeros((len(self.ids),) * 2, np.float32)
        out[:base, :base] = own @ own.T if plain is None else plain.alike
        for i in range(base, len(self.ids)):
            out[i, :base] = out[:base, i] = own @ self.vectors[i]
            for j in range(base, len(self.ids)):
                out[i, j] = self.vectors[i] @ self.vectors[j]
        return out

    def among(self, words: frozenset[str] | set[str]) -> Bools:
        """(W,) which words are in a set."""
        return np.array([word in words for word in self.words])

    @cached_property
    def _sizes(self) -> list[tuple[set[int], set[int]]]:
        """The syllable counts that each slot's words have, and those that may end a line."""
        out = []
        plain = ~self.lofty
        for slot, row in enumerate(self.listed):
            words = row & plain
            ends = words & (self.ends | (slot >= len(SLOTS)))
            out.append((set(map(int, self.syllables[words])), set(map(int, self.syllables[ends]))))
        return out

    def pool(self, syllables: tuple[int, ...]) -> Pool:
        """The plans of a group of lines; made when first asked for, always the same."""
        if syllables not in self._pools:
            draw = generator(0, "plans", *syllables)
            made = [plan_group(syllables, draw) for _ in range(POOL)]
            kept = [(plan, rest) for plan in made if (rest := self._tables(plan, syllables))]
            slots = np.full((len(kept), len(syllables), LONGEST), -1)
            tables = np.zeros((len(kept), len(syllables), LONGEST + 1, max(syllables) + 1), bool)
            for i, (plan, rest) in enumerate(kept):
                for line, row in enumerate(plan):
                    slots[i, line, : len(row)] = row
                    tables[i, line, : len(row) + 1, : syllables[line] + 1] = rest[line]
            found: dict[tuple[int, ...], list[int]] = {(): [-1]}
            for i, chosen in enumerate(slots):
                found.setdefault(_family(chosen), []).append(i)
            found[()] = found[()][1:]
            families = [np.array(rows) for rows in found.values()]
            sizes = np.array([len(rows) for rows in families], float)
            sizes[1:] *= 0.6  # set phrases are best seldom
            self._pools[syllables] = Pool(slots, tables, families, sizes / sizes.sum())
        return self._pools[syllables]

    def _tables(self, plan: Plan, syllables: tuple[int, ...]) -> list[Bools] | None:
        sizes = [inner for inner, _ in self._sizes]
        out = []
        for slots, most in zip(plan, syllables, strict=True):
            if len(slots) > LONGEST - 2:
                return None
            key = (*slots, -most)
            if key not in self._lines:
                last = self._sizes[slots[-1]][1]
                self._lines[key] = completable(slots, sizes, last, most)
            out.append(self._lines[key])
            if not out[-1][0, most]:
                return None
        return out

    def plans(
        self,
        form: CountedForm,
        turn: int,
        count: int,
        draw: np.random.Generator,
        asked: Sequence[int],
    ) -> tuple[Ints, Bools, Ints]:
        """`count` plans of all lines: slots (count, lines, LONGEST) and tables as in `Pool`.

        Where words were asked for, a plan that has a slot for one of them is preferred,
        and `reserved` (count, lines, LONGEST) is that word in its slot, -1 elsewhere.
        """
        lines = len(form.lines)
        slots = np.full((count, lines, LONGEST), -1)
        tables = np.zeros((count, lines, LONGEST + 1, max(form.lines) + 1), bool)
        wanted = np.zeros(NEWLINE + 1, bool)
        if asked:
            wanted[: len(self.fits)] = self.fits[:, list(asked)].any(1)
        said = False
        for group in groups_of(form, turn):
            pool = self.pool(tuple(form.lines[line] for line in group))
            family = int(draw.choice(len(pool.shares), p=pool.shares)) if not said else 0
            said |= family > 0
            among = pool.families[family]
            tries = among[draw.integers(0, len(among), (count, 8))]
            hits = wanted[pool.slots[tries]] & (pool.slots[tries] >= 0)
            first = hits.reshape(count, 8, -1).any(2).argmax(1)
            chosen = tries[np.arange(count), first]
            slots[:, group] = pool.slots[chosen]
            tables[:, group, :, : pool.tables.shape[-1]] = pool.tables[chosen]
        reserved = np.full(slots.shape, -1)
        if asked:
            order = draw.random(slots.shape) + ~np.isin(slots, _HEADS)
            for i in range(count):
                first = i % len(asked)
                for word in [*asked[first:], *asked[:first]][:_RESERVED]:
                    self._reserve(form, word, slots[i], tables[i], reserved[i], order[i])
        return slots, tables, reserved

    def _reserve(
        self,
        form: CountedForm,
        word: int,
        slots: Ints,
        tables: Bools,
        reserved: Ints,
        order: Floats,
    ) -> None:
        """Keeps a slot of one draft (lines, LONGEST) for a word: the first by `order` that can."""
        named = (slots >= 0) & (slots < len(SLOTS)) & (reserved < 0)
        fits = named & self.fits[np.clip(slots, 0, len(SLOTS) - 1), word]
        lasts = (slots >= 0).sum(1) - 1
        for line, place in sorted(zip(*np.nonzero(fits), strict=True), key=lambda p: order[p]):
            if place == lasts[line] and not self.ends[word]:
                continue
            kept = reserved[line].copy()
            kept[place] = word
            row = [int(s) for s in slots[line] if s >= 0]
            most = form.lines[line]
            found = self._kept_table(row, kept, most)
            if found[0, most]:
                reserved[line] = kept
                tables[line, : len(row) + 1, : most + 1] = found
                return

    def _kept_table(self, slots: list[int], kept: Ints, most: int) -> Bools:
        """`completable` where some slots have their word: -1 in `kept` for those that have not."""
        sizes = [inner for inner, _ in self._sizes] + [{n} for n in range(20)]
        codes = [
            slot if kept[i] < 0 else len(self._sizes) + int(self.syllables[kept[i]])
            for i, slot in enumerate(slots)
        ]
        key = (*codes, -most)
        if key not in self._lines:
            last = sizes[codes[-1]] if codes[-1] >= len(self._sizes) else self._sizes[codes[-1]][1]
            self._lines[key] = completable(codes, sizes, last, most)
        return self._lines[key]


def _family(slots: Ints) -> tuple[int, ...]:
    """The words that a plan names, and whether it has a part or an owner."""
    marks = (SLOTS.index("part"), SLOTS.index("owner"))
    return tuple(int(s) for s in slots.flat if s >= len(SLOTS) or s in marks)


def _controls(x: Lexicon) -> list[int]:
    return [x.newline, x.dash, x.possessive]
