"""The sentence plans of a haiku: what kind of word stands where, before any word is chosen.

A small network knows words but wanders in grammar, so every draft follows a plan: a
fragment (a noun phrase) set beside a phrase (a plain clause in the present), as
English haiku are built, or one sentence over all lines. A plan is a list of slots a
line; agreement of number is part of it. The network, within the slots, chooses
every word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.roles.poets.forms import CountedForm
from haiga.roles.poets.lexicon import Lexicon

Bools = npt.NDArray[np.bool_]

SLOTS = (
    "the_one", "the_many", "adjective", "noun", "nouns", "mass", "verb_s", "verb", "is", "are",
    "ing", "of", "in", "and", "i", "adverb", "while", "spot", "spots",
    "part",
)  # fmt: skip
BREAK = "/"

_MASS = """
    rain snow mist fog frost dew smoke dust light sunlight moonlight starlight lamplight water grass
    moss silence darkness twilight dusk dawn evening morning night midnight noon winter spring
    summer autumn ice wind thunder lightning shade shadow sand stone clay hay straw bread milk tea
    fire wood ivy clover wheat corn barley foam surf sunrise sunset daylight sunshine heather hail
    sleet rust soil earth mud gold silver ash bamboo jasmine lavender honey silk glass haze heat
    cold fragrance music laughter sleep moonrise daybreak december january february march april
    may june july august september october november wool cotton leather iron brass bark gravel
    """
_THE_ONE = "the a an this my another one each"
_THE_MANY = "the these my two three four five seven ten many few some"
_IN = """
    in on at by from under over through across among against above below beneath beside behind along
    around toward within near past beyond into with after before outside
    """
_LIVING = """
    bird birds robin robins lark larks skylark skylarks swallow swallows cuckoo nightingale thrush
    blackbird sparrow sparrows wren finch hawk hawks eagle eagles dove doves pigeon pigeons crow
    crows raven ravens owl owls heron herons crane cranes gull gulls swan swans duck ducks goose
    geese hen hens rooster cock peacock jay magpie rook rooks starling starlings quail kingfisher
    bee bees wasp moth moths butterfly butterflies fly flies ant ants beetle beetles spider cricket
    crickets grasshopper grasshoppers cicada firefly fireflies dragonfly mosquito gnat gnats worm
    worms snail snails toad toads frog frogs lizard snake snakes fish fishes trout turtle crab
    mouse mice rat squirrel squirrels rabbit rabbits hare hares fox foxes wolf wolves bear bears
    deer stag horse horses pony cow cows cattle ox oxen bull sheep lamb lambs goat goats dog dogs
    hound hounds cat cats kitten pig bat bats child children boy boys girl girls baby man men woman
    women mother father brother sister son daughter farmer shepherd fisherman sailor sailors beggar
    monk traveler gardener friend friends people neighbor neighbors king breeze breezes wind winds
    day days hour hours year years month months week weeks moment moments minute sorrow age ages
    time times while evening voice voices song songs sound sounds whisper echo echoes scent perfume
    smile smiles kind way ways sort thing things
    """
_PARTS = """
    sound scent smell edge shadow field path light song drop branch row cloud wall voice breath cup
    bowl end hour name gleam glow rim foot top bank hum pool patch rustle whisper murmur silence
    color weight roof bed leaf petal ring handful line trail veil wave flight flock nest echo
    reflection crest shade dust warmth sea lake garden grove wood house town street bridge side
    bottom middle depth blue white green gold red gray shape taste touch stillness noise cry flash
    spark ray flame smoke mist rain basket heap pile load bundle bunch wreath carpet ribbon thread
    web bit piece night day morning evening month season beginning door window gate tower bell lamp
    stone hill shore island river stream
    """
_WHILE = "while as where when"
_ADVERBS = """
    again still now here alone away down together slowly softly today tonight apart below above
    far near low high late early long gently quietly silently suddenly everywhere somewhere
    overhead beyond once always ashore asleep awake homeward upward downward onward afloat aside
    """

Plan = list[list[int]]
"""Slots (positions in SLOTS) of each line."""


@dataclass(frozen=True)
class Slots:
    """How well each word fills each slot: `chance` (slots, V), in [0, 1]."""

    chance: npt.NDArray[np.float32]

    def fits(self, usable: Bools, asked: Sequence[int]) -> Bools:
        """(slots, V) which usable words may fill each slot.

        A word fills what it mostly is; one that was asked for, what it is at least now
        and then: `love` is a verb first, and a noun when a poem is about it.
        """
        fits = (self.chance >= 0.55) & usable
        fits[SLOTS.index("verb")] &= ~fits[SLOTS.index("noun")]
        for row in asked:
            fits[:, row] = usable[row] & (self.chance[:, row] >= 0.2)
        return np.asarray(fits)

    @property
    def weight(self) -> npt.NDArray[np.float32]:
        """(slots, V) what that adds to a word, in nats: 0 for a sure fit."""
        return np.log(np.maximum(self.chance, 0.3)).astype(np.float32)


def slots_of(lexicon: Lexicon) -> Slots:
    """The slots of a vocabulary, from its words' parts of speech and a few closed lists."""
    x = lexicon

    def listed(text: str) -> Bools:
        return x.among(set(text.split()))

    content = x.content
    noun, nouns = x.tagged("NN"), x.tagged("NNS")
    adjective = x.tagged("JJ", "JJR")
    ing, done = x.tagged("VBG"), x.tagged("VBN")
    third, base = x.tagged("VBZ"), x.tagged("VB")
    living = listed(_LIVING)
    chance = {
        "the_one": listed(_THE_ONE).astype(np.float32),
        "the_many": listed(_THE_MANY).astype(np.float32),
        "adjective": content * np.maximum(adjective, 0.7 * np.maximum(ing, done)),
        "noun": content * noun,
        "nouns": content * nouns,
        "mass": content * np.where(listed(_MASS), np.maximum(noun, 0.6), 0.0),
        "verb_s": content * third,
        "verb": content * base * (x.tagged("VBD") < 0.3),
        "is": listed("is").astype(np.float32),
        "are": listed("are").astype(np.float32),
        "ing": content * ing,
        "of": listed("of").astype(np.float32),
        "in": listed(_IN).astype(np.float32),
        "and": listed("and").astype(np.float32),
        "i": listed("i").astype(np.float32),
        "adverb": np.where(listed(_ADVERBS), 1.0, 0.0)
        + content * (x.tagged("RB") > 0.7) * np.array([w.endswith("ly") for w in x.words]),
        "while": listed(_WHILE).astype(np.float32),
        "spot": content * noun * ~living,
        "spots": content * nouns * ~living,
        "part": content * np.where(listed(_PARTS), np.maximum(noun, 0.6), 0.0),
    }
    table = np.stack([chance[name] for name in SLOTS]).astype(np.float32)
    table[:, ~x.is_word] = 0.0
    return Slots(table)


Draw = np.random.Generator
Words = list[str]


def _pick(draw: Draw, *choices: tuple[float, Words]) -> Words:
    place = draw.random() * sum(weight for weight, _ in choices)
    for weight, words in choices:
        place -= weight
        if place < 0:
            return words
    return choices[-1][1]


def _one(draw: Draw) -> Words:
    return _pick(
        draw,
        (5, ["the_one", "noun"]),
        (3, ["the_one", "adjective", "noun"]),
        (1.2, ["adjective", "mass"]),
        (1.2, ["mass"]),
    )


def _many(draw: Draw) -> Words:
    return _pick(
        draw,
        (2, ["adjective", "nouns"]),
        (3, ["the_many", "nouns"]),
        (1.2, ["the_many", "adjective", "nouns"]),
        (1.2, ["nouns"]),
    )


def _thing(draw: Draw) -> Words:
    return _one(draw) if draw.random() < 0.65 else _many(draw)


def _of_thing(draw: Draw) -> Words:
    whole = _pick(
        draw, (3, ["mass"]), (3, ["nouns"]), (1.5, ["the_one", "noun"]), (1, ["adjective", "mass"])
    )
    return ["the_one", "part", "of", *whole]


_SPOT = {"noun": "spot", "nouns": "spots", "mass": "mass", "part": "part"}


def _place(draw: Draw) -> Words:
    """Where something is: never in a nightingale."""
    words = _thing(draw) if draw.random() < 0.95 else _of_thing(draw)
    first = next(i for i, word in enumerate(words) if word in _SPOT)
    return ["in", *words[:first], _SPOT[words[first]], *words[first + 1 :]]


def _predicate(draw: Draw, one: bool) -> Words:
    verb, be = ("verb_s", "is") if one else ("verb", "are")
    return _pick(
        draw,
        (5, [verb]),
        (1.2, [verb, "adverb"]),
        (0.35, [be, "ing"]),
        (0.5, [be, "adjective"]),
    )


def _subject(draw: Draw) -> tuple[Words, bool]:
    one = bool(draw.random() < 0.62)
    if not one:
        return _many(draw), False
    return (_of_thing(draw) if draw.random() < 0.06 else _one(draw)), True


def fragment(draw: Draw) -> Words:
    """A noun phrase by itself, for one line."""
    return _pick(
        draw,
        (3, ["the_one", "adjective", "noun"]),
        (0.25, ["adjective", "adjective", "nouns"]),
        (2, ["the_one", "noun", *_place(draw)]),
        (2, ["nouns", *_place(draw)]),
        (0.8, _of_thing(draw)),
        (2, ["mass", *_place(draw)]),
        (1.5, ["adjective", "mass", *_place(draw)]),
        (1.5, ["adjective", "nouns", *_place(draw)]),
        (0.4, ["mass", "and", "mass"]),
        (0.5, ["the_one", "adjective", "adjective", "noun"]),
    )


def clause(draw: Draw) -> Words:
    """A clause over two lines, with the place where the line breaks."""
    subject, one = _subject(draw)
    says = _predicate(draw, one)
    place, other = _place(draw), _place(draw)
    verb_i = ["i", "verb", *_thing(draw)]
    return _pick(
        draw,
        (3, [*subject, *says, BREAK, *place]),
        (3, [*subject, BREAK, *says, *place]),
        (2, [*subject, *says, *place, BREAK, *other]),
        (2, [*place, BREAK, *subject, *says]),
        (1.5, [*subject, *place, BREAK, *says, "adverb"]),
        (2, [*subject, BREAK, "ing", *place]),
        (2, [*subject, *says, BREAK, "ing", *place]),
        (1.2, [*verb_i, BREAK, *place]),
        (0.8, [*verb_i, BREAK, "ing", *place]),
        (1.0, [*subject, *says, BREAK, "and", *_clause_short(draw)]),
        (0.8, [*subject, *says, *place, BREAK, "and", *_clause_short(draw)]),
    )


def _clause_short(draw: Draw) -> Words:
    one = bool(draw.random() < 0.6)
    return [*(_one(draw) if one else _many(draw)), "verb_s" if one else "verb"]


def sentence(draw: Draw) -> Words:
    """One sentence over three lines."""
    subject, one = _subject(draw)
    says = _predicate(draw, one)
    place, other = _place(draw), _place(draw)
    short = _clause_short(draw)
    return _pick(
        draw,
        (2, [*subject, BREAK, *says, *place, BREAK, *other]),
        (2, [*place, BREAK, *subject, *says, BREAK, *other]),
        (2, [*subject, *says, BREAK, *place, BREAK, "while", *short]),
        (1.5, [*subject, *says, BREAK, "ing", *place, BREAK, *other]),
        (1.5, [*place, BREAK, *subject, BREAK, *says, "adverb"]),
        (1, [*place, BREAK, *subject, BREAK, *says, *other]),
    )


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


_MAKERS: dict[int, Callable[[Draw], Words]] = {1: fragment, 2: clause, 3: sentence}


def plan_group(form: CountedForm, group: Sequence[int], draw: Draw) -> Plan:
    """Slots for the lines of one group, as many a line as its syllables call for."""
    make = _MAKERS[len(group)]
    best: Plan = []
    for _ in range(200):
        lines: Plan = [[]]
        for name in make(draw):
            if name == BREAK:
                lines.append([])
            else:
                lines[-1].append(SLOTS.index(name))
        best = lines
        if all(
            (form.lines[line] + 1) // 2 <= len(slots) <= max(2, form.lines[line] - 1)
            for line, slots in zip(group, lines, strict=True)
        ):
            return lines
    return best


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
