"""Which words go together: who does what, what is where, what may be called what.

The tables of `sense_words` and `sense_places` over a poet's vocabulary. A word they do
not list (one that was asked for) goes with everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from haiga.roles.poets import sense_places, sense_words

Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


def plural(noun: str) -> str:
    """`berries` of berry, `bushes` of bush; regular ones only. Also a verb's third person."""
    if noun.endswith(("s", "x", "z", "sh", "ch", "o")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def ing(verb: str) -> tuple[str, ...]:
    """The spellings that a verb's -ing form may have: run -> runing, running."""
    if verb.endswith("ie"):
        return (verb[:-2] + "ying",)
    if verb.endswith("e") and not verb.endswith("ee"):
        return (verb[:-1] + "ing",)
    return (verb + "ing", verb + verb[-1] + "ing")


def _lines(table: str) -> Iterator[list[list[str]]]:
    for line in table.strip().splitlines():
        yield [part.split() for part in line.split(":")]


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of things, in order; at most 64."""
    return tuple(left[0] for left, _ in _lines(sense_words.NOUNS))


@cache
def kinds_of_nouns() -> dict[str, frozenset[str]]:
    """The kinds of every listed noun, singular and plural."""
    out: dict[str, set[str]] = {}
    for (kind, *_), nouns in _lines(sense_words.NOUNS):
        for noun in nouns:
            for form in (noun, plural(noun)):
                out.setdefault(form, set()).add(kind)
    return {noun: frozenset(found) for noun, found in out.items()}


@cache
def verbs() -> frozenset[str]:
    """What something does, base forms."""
    return frozenset(verb for _, right in _lines(sense_words.DOES) for verb in right)


@cache
def acts() -> frozenset[str]:
    """What something does to something, base forms."""
    return frozenset(verb for _, act, _ in _lines(sense_words.ACTS) for verb in act)


@cache
def adjectives() -> frozenset[str]:
    """What nouns may be called."""
    return frozenset(word for left, _ in _lines(sense_words.CALLED) for word in left)


@cache
def parts() -> frozenset[str]:
    """Parts, measures and traces of things."""
    return frozenset(word for left, _ in _lines(sense_places.PARTS) for word in left)


@cache
def prepositions() -> tuple[str, ...]:
    """The prepositions of places, in order; at most 64."""
    return tuple(left[0] for left, _ in _lines(sense_places.PLACES))


@cache
def every_word() -> frozenset[str]:
    """Every form of every listed word."""
    done = [f for v in verbs() | acts() for f in (v, plural(v), *ing(v))]
    return frozenset([*kinds_of_nouns(), *done, *adjectives(), *parts(), *prepositions()])


def _bits(names: Iterable[str], of: Sequence[str]) -> int:
    return sum(1 << of.index(name) for name in set(names))


class Sense:
    """The tables over W words; a question takes arrays of word numbers and answers in bools."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.index = {word: i for i, word in enumerate(self.words)}
        known = kinds_of_nouns()
        self.kind = self._masks({w: _bits(k, kinds()) for w, k in known.items()})
        free = np.uint64(2**64 - 1)
        self.listed: Bools = self.kind > 0
        self.kind[~self.listed] = free
        does: dict[str, int] = {}
        for left, right in _lines(sense_words.DOES):
            for verb in right:
                for form in (verb, plural(verb), *ing(verb)):
                    does[form] = does.get(form, 0) | _bits(left, kinds())
        self.doers = self._masks(does)
        self.doers[self.doers == 0] = free
        self._acts: list[tuple[np.uint64, set[int], np.uint64]] = []
        actors: dict[str, int] = {}
        for who, act, whom in _lines(sense_words.ACTS):
            forms = [f for verb in act for f in (verb, plural(verb), *ing(verb))]
            rows = {self.index[f] for f in forms if f in self.index}
            self._acts.append(
                (np.uint64(_bits(who, kinds())), rows, np.uint64(_bits(whom, kinds())))
            )
            for form in forms:
                actors[form] = actors.get(form, 0) | _bits(who, kinds())
        self.actors = self._masks(actors)
        self.actors[self.actors == 0] = free
        self._objects: dict[tuple[int, int], np.uint64] = {}
        self._prepare_places()
        owns: dict[str, int] = {}
        for left, right in _lines(sense_places.OWNS):
            for kind in left:
                owns[kind] = _bits(right, kinds())
        self.owned = self._masks(
            {
                noun: sum({owns[kind] for kind in found})
                for noun, found in kinds_of_nouns().items()
                if found <= set(owns)
            }
        )
        self.owned[self.owned == 0] = free
        self._called = self._named(sense_words.CALLED)
        self._places = self._named(sense_places.PLACES)
        self._parts = self._named(sense_places.PARTS)
        self._narrow = [self._named(table) for table in sense_places.NARROW.values()]
        self.group = np.full(len(self.words), -1)  # which of those each noun belongs to
        for i, group in enumerate(sense_places.NARROW):
            mask = np.uint64(_bits(group.split(), kinds()))
            self.group[self.listed & ((self.kind & mask) > 0)] = i

    def _masks(self, masks: dict[str, int]) -> Bits:
        return np.array([masks.get(word, 0) for word in self.words], np.uint64)

    def _prepare_places(self) -> None:
        names = prepositions()
        self.preposition = np.array(
            [1 << names.index(w) if w in names else 0 for w in self.words], np.uint64
        )
        by_kind: dict[str, int] = {}
        for left, right in _lines(sense_places.STAYS):
            for kind in left:
                by_kind[kind] = by_kind.get(kind, 0) | _bits(
                    [p for p in right if p in names], names
                )
        stays = {
            noun: int(np.bitwise_or.reduce([by_kind.get(kind, 0) for kind in found]))
            for noun, found in kinds_of_nouns().items()
        }
        self.stays = self._masks(stays)
        rests = _bits(sense_places.RESTS.split(), names)
        moves: dict[str, int] = {}
        for left, right in _lines(sense_places.MOVES):
            for verb in left:
                for form in (verb, plural(verb), *ing(verb)):
                    found = _bits([p for p in right if p in names], names)
                    moves[form] = moves.get(form, 0) | found
        for verb in verbs():
            for form in (verb, plural(verb), *ing(verb)):
                moves.setdefault(form, rests)
        self.moves = self._masks(moves)
        free = np.uint64(2**64 - 1)
        self.stays[self.stays == 0] = free
        self.moves[self.moves == 0] = free

    def _named(self, table: str) -> tuple[Ints, Bools]:
        """Rows of a table `words: kinds or words`: which row each left word has, and what fits.

        The last row fits everything; words without a row have that one.
        """
        rows: dict[str, set[str]] = {}
        for left, right in _lines(table):
            for word in left:
                rows.setdefault(word, set()).update(right)
        names = list(rows)
        fits = np.ones((len(names) + 1, len(self.words)), bool)
        known = kinds_of_nouns()
        for i, name in enumerate(names):
            mask = np.uint64(_bits([k for k in rows[name] if k in kinds()], kinds()))
            fits[i] = ((self.kind & mask) > 0) | ~self.listed
            for word in rows[name]:
                if word not in kinds() or word in known:
                    for form in (word, plural(word)):
                        if form in self.index:
                            fits[i, self.index[form]] = True
        place = {name: i for i, name in enumerate(names)}
        return np.array([place.get(w, len(names)) for w in self.words]), fits

    def worth(self, kinds_worth: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """(W,) the summed worth of each listed noun's kinds."""
        out = np.zeros(len(self.words), np.float32)
        for kind, value in kinds_worth.items():
            mask = np.uint64(1 << kinds().index(kind))
            out += value * (self.listed & ((self.kind & mask) > 0))
        return out

    def does(self, who: Ints, words: Ints) -> Bools:
        """(n, W') whether each of these may do each of these verbs."""
        return np.asarray((self.kind[who][:, None] & self.doers[words]) > 0)

    def acts(self, who: Ints, words: Ints) -> Bools:
        """(n, W') whether each of these may do each of these things to something."""
        return np.asarray((self.kind[who][:, None] & self.actors[words]) > 0)

    def suffers(self, who: Ints, act: Ints, words: Ints) -> Bools:
        """(n, W') whether each word may be what `who` does `act` to."""
        masks = np.array([self._object(int(a), int(b)) for a, b in zip(who, act, strict=True)])
        return np.asarray((masks[:, None] & self.kind[words]) > 0)

    def _object(self, who: int, act: int) -> np.uint64:
        if (who, act) not in self._objects:
            mask = np.uint64(0)
            for actors, rows, whom in self._acts:
                if act in rows and actors & self.kind[who]:
                    mask |= whom
            self._objects[who, act] = mask
        return self._objects[who, act]

    def owns(self, owner: Ints, words: Ints) -> Bools:
        """(n, W') whether each noun may be that one's own."""
        return np.asarray((self.owned[owner][:, None] & self.kind[words]) > 0)

    def called(self, adjective: Ints, words: Ints) -> Bools:
        """(n, W') whether each noun may be called that."""
        rows, fits = self._called
        return fits[rows[adjective][:, None], words]

    def calls(self, noun: Ints, words: Ints) -> Bools:
        """(n, W') whether each adjective may be said of that noun."""
        rows, fits = self._called
        return fits[rows[words][None, :], noun[:, None]]

    def where(self, preposition: Ints, words: Ints, group: Ints) -> Bools:
        """(n, W') whether each noun may follow that preposition, said of a noun of `group` (n,)."""
        rows, fits = self._places
        found = fits[rows[preposition][:, None], words]
        for i, (few, narrow) in enumerate(self._narrow):
            these = np.flatnonzero(group == i)
            if these.size:
                found[these] &= narrow[few[preposition[these]][:, None], words]
        return found

    def leads(self, noun: Ints, words: Ints) -> Bools:
        """(n, W') whether each preposition may stand before that noun."""
        rows, fits = self._places
        return fits[rows[words][None, :], noun[:, None]]

    def of(self, part: Ints, words: Ints) -> Bools:
        """(n, W') whether each noun may have that part."""
        rows, fits = self._parts
        return fits[rows[part][:, None], words]

    def noun_takes(self, noun: Ints, words: Ints) -> Bools:
        """(n, W') whether each preposition may follow that noun."""
        return np.asarray((self.stays[noun][:, None] & self.preposition[words]) > 0)

    def verb_takes(self, verb: Ints, words: Ints) -> Bools:
        """(n, W') whether each preposition may follow that verb."""
        return np.asarray((self.moves[verb][:, None] & self.preposition[words]) > 0)
