"""What each word is worth to a poem, whatever stands before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.roles.poets.board import Board
from haiga.roles.poets.theme import Theme

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

_WORN = frozenset(
    "flower flowers little sweet blossom blossoms dewy mossy purple golden silver sunny slowly"
    " single stars shadow shadows mountain mountains bright moonlight sunlight wind winds cloud"
    " clouds tree trees night light scent smell sound field fields"
    " sycamore windy lonely umbrella wakes".split()
)
_COMMON = frozenset(
    "over softly valley valleys butterfly butterflies violet violets yellow forest meadow meadows"
    " moon star hill hills river sea sky white dark green field fields shines falls passes rises"
    " comes waits drifts morning rain silent tiny gray tall waterfall twilight tangled dusty wild"
    " hillside lullaby caterpillar flutter fill fills cover small".split()
)
_KINDS = {
    "person": 0.6, "thing": 0.5, "vessel": 1.0, "cloth": 1.0, "lamp": 0.5, "door": 0.6, "wall": 0.5,
    "beast": 0.4, "boat": 0.4, "house": 0.3, "crop": 0.3, "bell": 0.3, "room": 0.6, "track": 0.5,
    "plant": -0.5, "light": -0.5, "wind": -0.4, "cloud": -0.3, "land": -0.2, "scent": -0.8,
    "tree": -0.2, "hill": -0.3,
}  # fmt: skip
"""What a kind of thing adds to a word: haiku live by small things near at hand."""


@dataclass(frozen=True)
class Weights:
    """How much each thing counts when a word is chosen, in nats."""

    temperature: float = 0.6
    rarity: float = 0.35
    """Content words gain this share of -log of how common they are."""
    image: float = 0.3
    theme: float = 2.5
    asked: float = 10.0
    """The very words asked for."""
    pictured: float = 4.0
    """The picture a poem starts from when nothing was asked."""
    context: float = 0.7
    """Likeness to the content words already there."""
    season: float = 0.6
    pair: float = 0.6
    """Affinity with the word before (pointwise mutual information)."""
    sense: float = 10.0
    """Against what does not go with its subject, preposition or noun."""
    person: float = 1.0
    worn: float = 1.5
    """Against the first words any verse reaches for."""
    abstract: float = 2.0
    doubt: float = 1.0
    same_sort: float = 3.0
    """Against a second colour, or a second time of day."""
    again: float = 0.6
    """For each time a small word has been said before."""
    rested: float = 0.78
    """Share of the meaning words that rest in a poem, drawn anew for each, so that poems differ."""
    rest: float = 5.0
    """Against a resting word that nobody asked for."""


def fixed(board: Board, w: Weights) -> Floats:
    """(W,) what each word is worth in any poem."""
    above = np.clip(board.log_rate + 7.0, -4.0, 4.0)
    bias = np.where(board.content, -w.rarity * above, 0.0)
    bias += w.image * board.thing - w.abstract * board.abstract
    bias -= w.doubt * board.doubtful + w.worn * board.among(_WORN)
    bias -= 0.5 * w.worn * board.among(_COMMON)
    bias -= board.lexicon.worn[board.ids]
    bias -= w.person * board.among({"my", "another"})
    bias += board.sense.worth(_KINDS)
    return np.asarray(bias, np.float32)


def steer(
    board: Board, w: Weights, worth: Floats, theme: Theme, rests: Bools, asked: list[int]
) -> Floats:
    """(W,) what the theme and its season add to `worth`, and what resting takes away."""
    resting = board.content & rests
    resting[asked] = False
    likeness = theme.likeness[board.ids]
    bias = worth - w.rest * resting
    bias += w.theme * np.maximum(0.0, likeness - 0.15)
    if theme.season >= 0:
        bias += w.season * (board.season == theme.season)
        bias -= 6.0 * w.season * ((board.season >= 0) & (board.season != theme.season))
    bias[asked] += w.asked if theme.about else w.pictured
    return np.asarray(bias, np.float32)
