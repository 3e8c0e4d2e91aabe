"""What a classifier learns of features: head, temperature, likeness, and how well they serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from haiga.training.classifiers.heads import (
    PENALTIES,
    Head,
    fit_head,
    fit_temperature,
    folds,
)
from haiga.training.classifiers.neither import (
    WAYS,
    Likeness,
    caught,
    likeness_of,
    scores,
    summed,
    units_of,
    with_probability,
)
from haiga.training.nets.classifier import Told

Floats = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int64]
Tell = Callable[[str], object]

FOLDS = 5
MOST_LEFT_OUT = 12
"""So many classes are left out one at a time, at most, to see whether they are caught."""
REJECTS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Learned:
    """What is told of features, and what was measured on pictures held out in learning it.

    `ways` is the share of pictures of classes left out that each way of scoring catches while
    it rejects a tenth of the others, the mean over classes left out; `curve` the same of the
    way that is used at several shares rejected; `per_class` by class at a tenth.
    """

    told: Told
    penalty: float
    held_out_right: float
    ways: Mapping[str, float]
    curve: tuple[tuple[float, float], ...]
    per_class: Mapping[str, float]


def learn_frozen(
    plain: Floats, others: Sequence[Floats], labels: Indexes, groups: Sequence[str],
    classes: Sequence[str], *, seed: int, tell: Tell,
) -> Learned:  # fmt: skip
    """From features (N, C) of a network that stays as it is, and of other views of the pictures.

    Temperature, likeness and threshold are set by pictures of the fold that was left out.
    """
    count = len(classes)
    fold = folds(groups, labels, FOLDS, seed)
    used = [f for f in range(FOLDS) if 0 < int((fold == f).sum()) < len(fold)]
    tell(f"learning from the features of {len(plain):,} pictures, {len(used)} folds …")
    penalty = _penalty(plain, labels, fold, used, count)
    logits = np.zeros((len(plain), count), np.float32)
    likes = np.zeros((len(plain), 3), np.float32)
    for f in used:
        inside, out = fold != f, fold == f
        head = fit_head(*_stacked(plain, others, labels, inside), count, penalty)
        logits[out] = head.logits(plain[out])
        likes[out] = _likeness(plain, others, labels, inside).of(plain[out])
    everyone = np.ones(len(plain), bool)
    head = fit_head(*_stacked(plain, others, labels, everyone), count, penalty)
    told = _told(head, logits, labels, likes, _likeness(plain, others, labels, everyone))
    ways, curve, per_class = _left_out(
        plain, others, labels, fold, classes, penalty, told.temperature
    )
    right = float((logits.argmax(1) == labels).mean())
    return Learned(told, penalty, right, ways, curve, per_class)


def learn_trained(
    head: Head, learned: Floats, labels: Indexes, held: Floats, held_labels: Indexes
) -> Learned:
    """Of a network that was trained with its head: temperature and threshold by held-out pictures.

    Which way catches unseen classes is not measured: that would take a training a class.
    """
    logits = head.logits(held)
    likeness = likeness_of(learned, labels)
    told = _told(head, logits, held_labels, likeness.of(held), likeness)
    right = float((logits.argmax(1) == held_labels).mean())
    return Learned(told, 0.0, right, {}, (), {})


def _told(head: Head, logits: Floats, labels: Indexes, likes: Floats, likeness: Likeness) -> Told:
    temperature = fit_temperature(logits, labels)
    likes = with_probability(likes, logits, temperature)
    units = units_of(likes)
    return Told(
        weight=head.weight,
        bias=head.bias,
        temperature=temperature,
        mean=likeness.mean,
        spread=likeness.spread,
        axes=likeness.axes,
        centres=likeness.centres,
        near=likeness.near,
        units=units,
        held=np.sort(summed(likes, units)),
    )


def _stacked(
    plain: Floats, others: Sequence[Floats], labels: Indexes, inside: npt.NDArray[np.bool_]
) -> tuple[Floats, Indexes]:
    views = [plain[inside], *(view[inside] for view in others)]
    return np.concatenate(views), np.tile(labels[inside], len(views))


def _likeness(
    plain: Floats, others: Sequence[Floats], labels: Indexes, inside: npt.NDArray[np.bool_]
) -> Likeness:
    """Learned from the pictures as they are and, if there is one, their first other view."""
    return likeness_of(*_stacked(plain, others[:1], labels, inside))


def _penalty(
    plain: Floats, labels: Indexes, fold: Indexes, used: Sequence[int], count: int
) -> float:
    losses = {}
    for penalty in PENALTIES:
        lost = []
        for f in used[:3]:
            head = fit_head(plain[fold != f], labels[fold != f], count, penalty)
            logits = torch.from_numpy(head.logits(plain[fold == f])).double()
            wanted = torch.from_numpy(labels[fold == f])
            best = fit_temperature(logits.numpy().astype(np.float32), labels[fold == f])
            lost.append(float(F.cross_entropy(logits / best, wanted)))
        losses[penalty] = float(np.mean(lost))
    return min(losses, key=lambda p: losses[p])


def _left_out(
    plain: Floats, others: Sequence[Floats], labels: Indexes, fold: Indexes,
    classes: Sequence[str], penalty: float, temperature: float,
) -> tuple[dict[str, float], tuple[tuple[float, float], ...], dict[str, float]]:  # fmt: skip
    """Each class left out in turn: how much of it is caught by each way."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    curves: list[list[float]] = []
    per_class: dict[str, float] = {}
    for number in range(min(len(classes), MOST_LEFT_OUT)):
        inside, seen = (labels != number) & (fold != 0), (labels != number) & (fold == 0)
        if not seen.any() or not inside.any():
            continue
        features, names = _stacked(plain, others[:1], labels, inside)
        names = names - (names > number)
        head = (
            fit_head(features, names, len(classes) - 1, penalty)
            if len(classes) > 2
            else Head(np.zeros((plain.shape[1], 1), np.float32), np.zeros(1, np.float32))
        )
        likeness = likeness_of(features, names)
        here, away = scores(head, likeness, temperature, plain[seen], plain[labels == number])
        for way in WAYS:
            found[way].append(caught(here[way], away[way], 0.1))
        curves.append([caught(here["all"], away["all"], r) for r in REJECTS])
        per_class[classes[number]] = found["all"][-1]
    if not curves:
        return {}, (), {}
    if len(classes) == 2:  # one class has no probabilities to tell by
        found = {way: some for way, some in found.items() if way not in ("probability", "energy")}
    ways = {way: float(np.mean(some)) for way, some in found.items()}
    curve = tuple(zip(REJECTS, np.mean(curves, axis=0).tolist(), strict=True))
    return ways, curve, per_class
