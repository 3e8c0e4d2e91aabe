"""The slots of sentence plans: which words each takes, and what a line's slots add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.roles.poets.forms import CountedForm
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.plans import BREAK, MAKERS, Draw
from haiga.roles.poets.sense import (
    acts,
    adjectives,
    ing,
    kinds_of_nouns,
    parts,
    plural,
    prepositions,
    verbs,
)

Bools = npt.NDArray[np.bool_]

SLOTS = (
    "the_one", "the_many", "adjective", "pred", "noun", "nouns", "mass", "owner", "owned",
    "spot", "spots", "spotm", "obj", "objs", "objm", "edged", "part", "whole", "wholes", "wholem",
    "hour", "seasonal", "rainy", "ambient", "high",
    "verb_s", "verb", "ing", "act_s", "act", "acting",
    "is", "are", "of", "in", "and", "adverb", "while", "'s",
)  # fmt: skip
FIXED = tuple(dict.fromkeys(
    "at the edge of in shadow still no one not a sound nothing but how quiet it is so tonight"
    " comes home alone again same once more long after all day night by even only too without"
    " else slowly where longer first year under".split()
))  # fmt: skip
"""Words that plans name themselves; their slots follow SLOTS."""
_SLOT = {
    **{name: i for i, name in enumerate(SLOTS)},
    **{f"={word}": len(SLOTS) + i for i, word in enumerate(FIXED)},
}

_MASS = """
    rain snow mist fog frost dew smoke dust sunlight moonlight starlight lamplight water grass moss
    silence stillness darkness twilight dusk dawn evening morning night midnight noon winter spring
    summer autumn ice wind thunder lightning shade shadow sand clay hay straw ivy clover
    wheat corn barley foam surf sunrise sunset daylight sunshine heather hail sleet rust mud ash
    bamboo jasmine lavender haze steam fragrance music laughter moonrise daybreak nightfall december
    january february march april may june july august september october november firelight rice
    candlelight breath lichen earth honeysuckle holly drizzle snowfall steam
    """
_THE_ONE = "the a an my another"
_THE_MANY = "the my two three five seven some few many"
_BEFORE = "first last early late wild high low crimson purple scarlet golden silver green falling"
"""Adjectives that stand before their noun only."""
_OWNERS = "person bird beast bug"
_OWNED = "vessel thing cloth lamp house door boat bell sound breath track body shade room nest"
_EDGED = "land hill pool house water path room"
_NO_SPOT = "person bird beast bug fish hour season"
_FEW = "light dark sky silence moss scent season soil hour wind breath"
"""Kinds whose plurals are not counted out."""
_PARTS_OF_DAY = (
    "morning evening night noon afternoon dusk dawn twilight midnight rain wind moon sky"
)
_SEASONAL = """
    spring summer autumn winter april june july august september october november december january
    february
    """
_RAINY = "rain snow storm thunder frost hail drizzle snowfall"
_AMBIENT = "rain cloud light dark season wind silence"
_HIGH = "moon stars sun sky clouds skies bridge eaves willow pines oak roof snow"
_WHILE = "while as where"
_ADVERBS = """
    again still alone slowly softly gently quietly silently
    """

Plan = list[list[int]]
"""Slots (positions in SLOTS, then FIXED) of each line."""


@dataclass(frozen=True)
class Slots:
    """Which words fill each slot: `listed` (slots, V), and what a word asked for may fill.

    `chance` (slots, V) in [0, 1] is how likely each word is of a slot's part of speech.
    """

    listed: Bools
    chance: npt.NDArray[np.float32]

    def fits(self, usable: Bools, asked: Sequence[int]) -> Bools:
        """(slots, V) which usable words may fill each slot.

        A word that was asked for fills what it is at least now and then: `love` is a
        verb first, and a noun when a poem is about it.
        """
        fits = self.listed & usable
        for row in asked:
            fits[:, row] = usable[row] & (self.listed[:, row] | (self.chance[:, row] >= 0.2))
        return np.asarray(fits)


def slots_of(lexicon: Lexicon) -> Slots:
    """The slots of a vocabulary, from the tables of what goes with what and the tagger."""
    x = lexicon
    kinds = kinds_of_nouns()

    def listed(text: str) -> Bools:
        return x.among(set(text.split()))

    def of_kind(text: str) -> Bools:
        wanted = set(text.split())
        return x.among({noun for noun, found in kinds.items() if found & wanted})

    one, many = x.tagged("NN") >= 0.3, x.tagged("NNS") >= 0.3
    known = x.among(set(kinds))
    noun, nouns = known & one, known & many
    mass = known & listed(_MASS)
    creature = of_kind(_NO_SPOT)
    adjective = x.among(set(adjectives()))
    # `evening` and `first` stand before a noun only
    said_of = adjective & (x.tagged("JJ") >= 0.4) & ~listed(_BEFORE)
    third = x.among({plural(v) for v in verbs()})
    base = x.among(set(verbs()))
    doing = x.among({form for v in verbs() for form in ing(v)})
    part = x.among(set(parts())) & one
    table: dict[str, Bools] = {
        "the_one": listed(_THE_ONE), "the_many": listed(_THE_MANY),
        "adjective": adjective, "pred": said_of,
        "noun": noun, "nouns": nouns, "mass": mass,
        "owner": noun & of_kind(_OWNERS) & x.ownable, "owned": noun & of_kind(_OWNED),
        "spot": noun & ~creature, "spots": nouns & ~creature & ~of_kind(_FEW),
        "spotm": mass & ~creature,
        "obj": noun, "objs": nouns, "objm": mass,
        "edged": noun & of_kind(_EDGED), "part": part,
        "whole": noun, "wholes": nouns, "wholem": mass,
        "hour": listed(_PARTS_OF_DAY), "seasonal": listed(_SEASONAL), "rainy": listed(_RAINY),
        "ambient": mass & of_kind(_AMBIENT), "high": listed(_HIGH),
        "verb_s": third, "verb": base, "ing": doing,
        "act_s": x.among({plural(v) for v in acts()}), "act": x.among(set(acts())),
        "acting": x.among({form for v in acts() for form in ing(v)}),
        "is": listed("is"), "are": listed("are"), "of": listed("of"),
        "in": x.among(set(prepositions())), "and": listed("and"),
        "adverb": listed(_ADVERBS), "while": listed(_WHILE),
        "'s": x.among({"'s"}),
    }  # fmt: skip
    rows = [table[name] for name in SLOTS] + [x.among({word}) for word in FIXED]
    asked = np.zeros((len(rows), len(x.words)), np.float32)
    content = x.content
    for name in ("noun", "owner", "obj", "spot", "edged", "whole", "owned"):
        asked[_SLOT[name]] = content * x.tagged("NN")
    for name in ("nouns", "objs", "spots", "wholes"):
        asked[_SLOT[name]] = content * x.tagged("NNS")
    for name in ("mass", "objm", "spotm", "wholem"):
        asked[_SLOT[name]] = content * np.where(listed(_MASS), x.tagged("NN"), 0.0)
    asked[_SLOT["adjective"]] = content * x.tagged("JJ", "JJR", "VBG", "VBN")
    asked[_SLOT["owner"], ~x.ownable] = 0.0
    return Slots(np.stack(rows), asked)


def groups_of(form: CountedForm, turn: int) -> list[list[int]]:
    """Lines that share one plan: [[0], [1, 2]] for a haiku that turns after its first line.

    Longer forms go on in twos and threes.
    """
    lines = list(range(len(form.lines)))
    if turn < 0:
        groups = [lines]
    elif turn == 0:
        groups = [lines[:1], lines[1:]]
    else:
        groups = [lines[: turn + 1], lines[turn + 1 :]]
    out: list[list[int]] = []
    for group in groups:
        while len(group) > 3:
            out.append(group[:2])
            group = group[2:]
        out.append(group)
    return out


def plan_group(syllables: Sequence[int], draw: Draw) -> Plan:
    """Slots for lines of so many syllables, as many a line as they call for."""
    make = MAKERS[len(syllables)]
    best: Plan = []
    for _ in range(200):
        lines: Plan = [[]]
        for name in make(draw):
            if name == BREAK:
                lines.append([])
            else:
                lines[-1].append(_SLOT[name])
        best = lines
        if all(
            (most + 1) // 2 <= len(slots) <= max(2, most - (not _is_set(slots)))
            for most, slots in zip(syllables, lines, strict=True)
        ):
            return lines
    return best


def _is_set(slots: Sequence[int]) -> bool:
    """Whether most of a line's words are named by the plan, or cost no syllable."""
    return sum(s >= len(SLOTS) or SLOTS[s] == "'s" for s in slots) > 0


def completable(
    slots: Sequence[int], sizes: Sequence[set[int]], last: set[int], most: int
) -> Bools:
    """(slots + 1, most + 1): whether slots i… can take exactly n syllables between them.

    `sizes[s]` are the syllable counts that words of slot s have, `last` those of
    words of the last slot that may end a line.
    """
    table = np.zeros((len(slots) + 1, most + 1), bool)
    table[len(slots), 0] = True
    for i in range(len(slots) - 1, -1, -1):
        have = last if i == len(slots) - 1 else sizes[slots[i]]
        for n in range(most + 1):
            table[i, n] = any(k <= n and table[i + 1, n - k] for k in have)
    return table
