"""What a poet knows of each of its words: syllables, parts of speech, season, imagery."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.features.diction import lofty_words
from haiga.features.seasons import SEASONS, abstract_words, image_words, season_of
from haiga.features.syllables import is_ownable
from haiga.models.store import Model

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

NOUNS = ("NN", "NNS")
FINITE = ("VBZ", "VB", "VBD", "BEZ", "BEP", "BED", "HVZ", "HVP", "HVD", "MD", "DO")
PAST = ("VBD", "BED", "HVD")
FUNCTION = (
    "DT", "DT1", "DTN", "PRS", "PRP", "PRI", "PRO", "PSS", "BEZ", "BEP", "BED", "BE", "HVZ", "HVP",
    "HVD", "DO", "MD", "NOT", "TO", "IN", "CC", "CS", "WH", "WRB", "EX", "UH",
)  # fmt: skip

NEVER_LAST = frozenset("""
    a an the this that these those each every some any no such what which whose whom who half
    another either neither both all many few several one two three four five six seven eight nine
    ten twenty of in on at by with from into for over under through across between among against
    upon above below beneath beside behind before after along around round toward towards within
    without near down up past beyond amid like about off out to until since than inside outside
    underneath throughout during except as per via onto till and or but nor yet so if while
    because though although when where lest unless once whether how why whenever wherever that's
    it's there's he's she's what's who's here's where's my your his her its our their mine i he
    she it we you they me him us them is are was were am be been being has have had do does did
    don't doesn't didn't will would shall should can could may might must cannot can't won't let
    let's not never isn't wasn't aren't i'm i've i'll i'd you're you've you'll you'd we're we've
    we'll we'd they're they've they'll they'd he'll he'd she'll she'd it'll it'd very too more
    most less quite even ever just only almost rather else also oh ah yes no per there then seem
    seems seemed become becomes became
""".split())  # fmt: skip
_UNCOUNTED = frozenset(
    """
    rain snow mist fog frost dew smoke dust sunlight moonlight starlight lamplight water grass moss
    silence darkness twilight dusk ice thunder lightning sand clay hay straw bread milk tea foam
    surf sunshine heather hail sleet rust soil earth mud gold silver bamboo honey silk heat cold
    music laughter sleep wool cotton leather iron brass gravel ivy clover wheat corn barley shade
    light autumn winter spring summer noon midnight dawn air weather ocean sky east west north
    south april june july august september october november december january february march may
    """.split()
)
_OFTEN = frozenset("the a an of in on and to is are with at by from my its 's i it".split())


def stem(word: str) -> str:
    """What inflections of a word share, near enough to see a repeat: flower, flowers, flowery."""
    word = re.sub(r"'s$|s'$", "", word)
    if len(word) > 4:
        word = re.sub(r"ves$", "f", re.sub(r"ies$", "y", word))
        word = re.sub(r"(?<=s|x|z)es$|(?<=sh|ch)es$", "", word)
    if len(word) > 3:
        word = re.sub(r"(?<!s)s$", "", word)
        word = re.sub(r"(?<=[a-z]{3})(ing|ed|ly|y|en)$", "", word)
    return re.sub(r"([^aeiou])\1$", r"\1", word).rstrip("e")


class Lexicon:
    """The vocabulary of a poet's model as arrays over its V words."""

    def __init__(self, model: Model) -> None:
        table: dict[str, Any] = model.json("vocabulary.json")
        arrays = model.tensors("tables.safetensors")
        self.words: list[str] = table["words"]
        self.index = {word: i for i, word in enumerate(self.words)}
        self.tags: list[str] = table["tags"]
        self.layers: int = table["layers"]
        self.hidden: int = table["hidden"]
        self.newline = self.index[table["newline"]]
        self.start = self.index[table["start"]]
        self.comma, self.dash = self.index[","], self.index["—"]
        self.possessive = self.index["'s"]
        self.syllables = np.array(table["syllables"], np.int64)
        self.doubts: list[list[int]] = table["doubts"]
        self.hissing = np.array(table["hissing"], bool)
        ownable = table.get("ownable") or [is_ownable(word) for word in self.words]
        self.ownable = np.array(ownable, bool)  # it may take an s after an apostrophe
        self.vowel = np.array(table["vowel"], bool)
        self.tag_of: Floats = arrays["tag_of"].astype(np.float32)  # (V, T) P(tag | word)
        self.log_rate: Floats = arrays["log_rate"]  # (V,) log P(word)
        worn: dict[str, float] = table.get("worn", {})
        self.worn: Floats = np.array([worn.get(w, 0.0) for w in self.words], np.float32)  # nats
        self.controls = 5
        self.is_word = np.arange(len(self.words)) >= self.controls
        self.syllables[: self.controls] = 0

    def tagged(self, *tags: str) -> Floats:
        """(V,) how likely each word is one of these tags."""
        rows = [self.tags.index(tag) for tag in tags]
        return np.asarray(self.tag_of[:, rows].sum(1), np.float32)

    def among(self, words: frozenset[str] | set[str]) -> Bools:
        """(V,) which words are in a set."""
        return np.array([word in words for word in self.words])

    @cached_property
    def ends(self) -> Bools:
        """(V,) words that may end a line: no article, preposition, conjunction, auxiliary …"""
        barred = self.among(NEVER_LAST) | (self.tagged(*FUNCTION) > 0.5) | ~self.is_word
        return np.asarray(~barred)

    @cached_property
    def content(self) -> Bools:
        """(V,) words that carry meaning, none of which a poem says twice."""
        return np.asarray(self.is_word & (self.tagged(*FUNCTION) < 0.5))

    @cached_property
    def uncounted(self) -> Bools:
        """(V,) nouns of what is not counted: no `a rain`, no `two silences`."""
        return self.among(_UNCOUNTED)

    @cached_property
    def often(self) -> Bools:
        """(V,) the few words that may come back in one poem."""
        return self.among(_OFTEN) | ~self.is_word

    @cached_property
    def images(self) -> Bools:
        """(V,) words of things the senses meet."""
        return self.among(image_words())

    @cached_property
    def abstract(self) -> Bools:
        """(V,) words of creed and sentiment."""
        return self.among(abstract_words()) & ~self.images

    @cached_property
    def lofty(self) -> Bools:
        """(V,) words barred unless the poem is asked to be about them."""
        return self.among(lofty_words())

    @cached_property
    def season(self) -> npt.NDArray[np.int64]:
        """(V,) 0 to 3 for spring to winter, -1 for the rest."""
        named = [season_of(word) for word in self.words]
        return np.array([SEASONS.index(s) if s else -1 for s in named])

    @cached_property
    def stem(self) -> npt.NDArray[np.int64]:
        """(V,) words with the same number share a stem."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(stem(w) or w, len(numbers)) for w in self.words])
