"""Captions drawn by chance and rewarded for saying what tells their picture from others.

Self-critical training (Rennie, Marcheret, Mroueh, Ross, Goel, CVPR 2017, equations 5 to 7), with
the mean reward of the other captions drawn of the same picture as the baseline (Luo 2020,
arXiv:2003.09971, equation 5). The reward is CIDEr-D less a share of the CIDEr-D that the same
caption has with other pictures (after Wang, Xu, Wang, Chan, ECCV 2020, "Compare and Reweight",
CIDErBtw): what fits every picture is worth little.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.inspection.metrics.captions import ORDER
from haiga.roles.captioners.decoding import END, UNKNOWN

_SIGMA = 6.0
_ENDING = "<end>"
Weights = Mapping[tuple[str, ...], float]
Vector = tuple[int, tuple[tuple[Weights, float], ...]]
"""A caption's length, and of each order the tf-idf weights of its n-grams and their norm."""


class Reward:
    """CIDEr-D of a caption with its own picture's captions, less `rivalry` of that with others'.

    `captions` are by a picture's number the words of its captions, of which n-grams are counted;
    `families` say which pictures a caption is compared with besides its own. The end of a
    caption counts as a word, so that none breaks off.
    """

    def __init__(
        self,
        captions: Mapping[int, Sequence[Sequence[str]]],
        families: Mapping[int, str],
        *,
        rivalry: float,
        rivals: int = 6,
    ) -> None:
        self._known: Counter[tuple[str, ...]] = Counter()
        for group in captions.values():
            self._known.update({g for words in group for g in _grams((*words, _ENDING))})
        self._every = math.log(max(2, len(captions)))
        self._vectors = {i: [self._vector(words) for words in g] for i, g in captions.items()}
        self._rivalry, self._rivals = rivalry, rivals
        self._families = dict(families)
        self._mates = {
            name: np.array([i for i, one in families.items() if one == name])
            for name in set(families.values())
        }

    def of(
        self, said: Sequence[Sequence[str]], pictures: Sequence[int], rng: np.random.Generator
    ) -> npt.NDArray[np.float64]:
        """The reward of each caption (R,) with the picture it was said of; `rng` draws the rivals.

        Captions of one picture in a row are compared with the same rivals.
        """
        rewards = np.zeros(len(said))
        told: dict[tuple[str, ...], Vector] = {}
        rivals: dict[int, list[int]] = {}
        for i, (words, picture) in enumerate(zip(said, pictures, strict=True)):
            key = tuple(words)
            if key not in told:
                told[key] = self._vector(words)
            rewards[i] = self._likeness(told[key], picture)
            if not self._rivalry:
                continue
            if picture not in rivals:
                mates = self._mates[self._families[picture]]
                rivals[picture] = mates[rng.integers(len(mates), size=self._rivals)].tolist()
            others = [r for r in rivals[picture] if r != picture]
            if others:
                fits = sum(self._likeness(told[key], r) for r in others) / len(others)
                rewards[i] -= self._rivalry * fits
        return rewards

    def _likeness(self, told: Vector, picture: int) -> float:
        group = self._vectors[picture]
        return 10 * sum(_cider(told, reference) for reference in group) / len(group)

    def _vector(self, words: Sequence[str]) -> Vector:
        orders: list[dict[tuple[str, ...], float]] = [{} for _ in range(ORDER)]
        for gram, count in Counter(_grams((*words, _ENDING))).items():
            weight = self._every - math.log(max(1, self._known.get(gram, 0)))
            orders[len(gram) - 1][gram] = count * weight
        normed = tuple((one, math.sqrt(sum(v * v for v in one.values()))) for one in orders)
        return len(words), normed


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for n in range(1, ORDER + 1) for i in range(len(words) - n + 1)]


def _cider(told: Vector, reference: Vector) -> float:
    near = math.exp(-((told[0] - reference[0]) ** 2) / (2 * _SIGMA**2))
    total = 0.0
    for (mine, length), (theirs, other) in zip(told[1], reference[1], strict=True):
        if length and other:
            shared = sum(min(v, theirs[g]) * theirs[g] for g, v in mine.items() if g in theirs)
            total += shared / (length * other)
    return near * total / ORDER


def forbidden(words: Tensor, once: Tensor) -> Tensor:
    """What cannot be said at each place of captions (R, T) that begin with END: (R, T, V) bool.

    `once` (V,) says which words are said once at most; no word follows itself, nothing is no
    caption, and the unknown word is never said. As the decoder has it.
    """
    rows, length = words.shape
    banned = torch.zeros(rows, length, len(once), dtype=torch.bool)
    banned[:, :, UNKNOWN] = True
    banned[:, 0, END] = True
    if length > 1:
        said = torch.nn.functional.one_hot(words[:, 1:], len(once)).bool()  # (R, T-1, V)
        banned[:, 1:] |= said
        before = said.cumsum(1).bool()
        banned[:, 1:] |= before & once
        banned[:, 1:, END] = False
    return banned


def policy_loss(
    told: Tensor, words: Tensor, rewards: npt.NDArray[np.float64], count: int, once: Tensor
) -> Tensor:
    """-(r - b) log p of captions drawn `count` to a picture, the mean over words.

    told: (R, T, V) log-probabilities after each of words[:, :-1] (R, T); b is the mean reward of
    the other captions of the same picture.
    """
    table = torch.from_numpy(rewards).float().reshape(-1, count)
    baseline = (table.sum(1, keepdim=True) - table) / (count - 1)
    advantage = (table - baseline).reshape(-1, 1)
    before, after = words[:, :-1], words[:, 1:]
    scores = told.float().masked_fill(forbidden(before, once), -1e9).log_softmax(2)
    chosen = scores.gather(2, after.unsqueeze(2)).squeeze(2)
    ended = (after == END).cumsum(1)
    there = (ended == 0) | ((ended == 1) & (after == END))
    return -(advantage * chosen * there).sum() / there.sum()
