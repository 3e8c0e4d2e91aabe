"""The part each word plays in its sentence, and whether the next one goes with it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from haiga.roles.poets.sense import Sense
from haiga.roles.poets.syntax import FIXED, SLOTS

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DASH = len(SLOTS) + len(FIXED)
SUBJECT, ADJECTIVE, PREPOSITION, VERB, ACT, PART, OWNER, OBJECT = range(8)

_HEADS = frozenset({"noun", "nouns", "mass", "owned"})
_SPOTS = frozenset({"spot", "spots", "spotm", "edged"})
_OBJECTS = frozenset({"obj", "objs", "objm"})
_WHOLES = frozenset({"whole", "wholes", "wholem"})
_VERBS = frozenset({"verb_s", "verb", "ing"})
_ACTS = frozenset({"act_s", "act", "acting"})
_QUIET = frozenset(
    {"adjective", "the_one", "the_many", "'s", "is", "are", "adverb", "of", "while", "and"}
)
_ACT_PLACES = "in on under beside behind by at near through after along"


class Roles:
    """What words are to each other while drafts grow: `roles` (N, COUNT), -1 where none."""

    COUNT: ClassVar[int] = 8

    def __init__(self, sense: Sense) -> None:
        self.sense = sense
        after = set(_ACT_PLACES.split())
        self._after_act = np.array([word in after for word in sense.words])

    def agree(self, slot: str, roles: Ints, words: Ints, coming: Ints) -> Bools | None:
        """(n, W') whether each word goes with what stands there; None where nothing asks.

        `coming` (n,) is the noun that an adjective or preposition leads to, -1 if not known.
        """
        s = self.sense
        asked = 0
        has = roles >= 0
        known = coming >= 0
        if not (has.any() or known.any()) or slot in ("the_one", "the_many"):
            return None
        at = np.maximum(roles, 0)
        good = np.ones((len(roles), len(words)), bool)

        def also(where: Bools, fits: Bools) -> None:
            nonlocal asked
            asked += 1
            np.logical_and(good, fits | ~where[:, None], out=good)

        if slot == "adjective":
            if not known.any():
                return None
            return s.calls(np.maximum(coming, 0), words) | ~known[:, None]
        if slot == "in" and known.any():
            also(known, s.leads(np.maximum(coming, 0), words))
        if slot in _HEADS | _SPOTS | _OBJECTS | _WHOLES or slot in (
            "owner",
            "part",
            "hour",
            "rainy",
            "ambient",
            "high",
        ):
            also(has[:, ADJECTIVE], s.called(at[:, ADJECTIVE], words))
        if slot in _HEADS and has[:, PREPOSITION].any():  # the place came first
            also(has[:, PREPOSITION], _across(s.stays[words], s.preposition[at[:, PREPOSITION]]))
        if slot in _SPOTS and has[:, PREPOSITION].any():
            # after an act it is the object that must be able to be there
            group = np.where(has[:, SUBJECT] & ~has[:, ACT], s.group[at[:, SUBJECT]], -1)
            group = np.where(has[:, OBJECT], s.group[at[:, OBJECT]], group)
            also(has[:, PREPOSITION], s.where(at[:, PREPOSITION], words, group))
        if slot in ("owned", "spot") and has[:, OWNER].any():
            also(has[:, OWNER], s.owns(at[:, OWNER], words))
        if slot in _WHOLES and has[:, PART].any():
            also(has[:, PART], s.of(at[:, PART], words))
        if slot in _OBJECTS and has[:, ACT].any():
            also(has[:, ACT], s.suffers(at[:, SUBJECT], at[:, ACT], words))
        if slot in _VERBS:
            if has[:, SUBJECT].any():
                also(has[:, SUBJECT], s.does(at[:, SUBJECT], words))
            if has[:, PREPOSITION].any():
                early = has[:, PREPOSITION] & ~has[:, VERB]
                also(early, _across(s.moves[words], s.preposition[at[:, PREPOSITION]]))
        if slot in _ACTS and has[:, SUBJECT].any():
            also(has[:, SUBJECT], s.acts(at[:, SUBJECT], words))
        if slot == "pred" and has[:, SUBJECT].any():
            also(has[:, SUBJECT], s.calls(at[:, SUBJECT], words))
        if slot == "in":
            by_noun = has[:, SUBJECT] & ~has[:, VERB] & ~has[:, ACT]
            if by_noun.any():
                also(by_noun, s.noun_takes(at[:, SUBJECT], words))
            if has[:, VERB].any():
                also(has[:, VERB], s.verb_takes(at[:, VERB], words))
            if has[:, ACT].any():
                also(has[:, ACT], np.broadcast_to(self._after_act[words], good.shape))
                also(has[:, OBJECT], s.noun_takes(at[:, OBJECT], words))
        return good if asked else None

    def move(self, kind: int, roles: Ints, rows: Ints, token: Ints) -> None:
        """Notes the part that `token` (n,), said in that slot, plays in the drafts `rows`."""
        if kind == DASH:
            roles[rows] = -1
        slot = SLOTS[kind] if kind < len(SLOTS) else ""
        if slot == "adjective":
            roles[rows, ADJECTIVE] = token
        elif slot in ("and", "while"):
            roles[rows, PREPOSITION] = -1
        if slot in _QUIET or not slot:
            return
        roles[rows, ADJECTIVE] = -1
        roles[rows, OWNER] = token if slot == "owner" else -1
        if slot in _HEADS:
            roles[rows, SUBJECT] = token
            roles[rows, VERB] = roles[rows, ACT] = roles[rows, OBJECT] = -1
        elif slot in _OBJECTS:
            roles[rows, OBJECT] = token
        elif slot == "part":
            roles[rows, SUBJECT] = token
            roles[rows, PART] = token
        elif slot in _VERBS:
            roles[rows, VERB] = token
            roles[rows, ACT] = roles[rows, OBJECT] = roles[rows, PREPOSITION] = -1
        elif slot in _ACTS:
            roles[rows, ACT] = token
            roles[rows, VERB] = roles[rows, PREPOSITION] = -1
        elif slot == "in":
            roles[rows, PREPOSITION] = token


def _across(rows: npt.NDArray[np.uint64], bits: npt.NDArray[np.uint64]) -> Bools:
    """(n, W') whether word w's mask holds row n's bit."""
    return np.asarray((bits[:, None] & rows) > 0)
