"""Measure a classifier on pictures it was never trained on, and on pictures of other things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from haiga.actions.classify import make_classifier, read_whole, why_words
from haiga.actions.evaluate import sum_of
from haiga.core.counted import counted
from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Label
from haiga.inspection.classifier_report import (
    Asked,
    ClassifierReport,
    Why,
    worst_alarms,
    worst_mistakes,
)
from haiga.inspection.saliency import overlaid
from haiga.inspection.seen_pictures import Outward, SeenPictures, read_seen
from haiga.media.column_filters import find_column
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import FOLDER, label_of, read_pictures
from haiga.models.card import sha256
from haiga.models.store import load_model
from haiga.roles.classifiers.network import NetworkClassifier

TRAINING = "training.json"
_BATCH = 16

Tell = Callable[[str], None]


@dataclass(frozen=True)
class _Given:
    """A picture to ask about: its name here, its file, its class, "" of none that is known."""

    key: str
    path: Path
    wanted: str


def evaluate_classifier(
    model: str, choice: PictureChoice, *, probe: Path | None = None, tell: Tell = lambda what: None
) -> ClassifierReport:
    """Asks a classifier about pictures of its classes, and about those in `probe`, of others.

    Pictures that it was trained on, found by their digest or as near duplicates, are said and
    left out of every figure; a picture that is there twice counts once. Pictures of classes
    that it does not know are asked about as other things. Raises UserError where nothing is
    left to ask about.
    """
    classifier = make_classifier(model)
    stored = load_model(model)
    seen = read_seen(stored)
    given, left, notes = _given(choice, classifier.classes)
    others = _others(probe) if probe is not None else []
    run = _Asking(classifier, seen, tell)
    known = run.ask([one for one in given if one.wanted], "asking about its classes")
    trained_known = run.trained
    unseen = run.ask(
        [*(one for one in given if not one.wanted), *others], "asking about other things"
    )
    if not known:
        raise UserError(_why_none(choice, trained_known, len(given), [*left, *run.left]))
    unknown = sum(not one.wanted for one in given)
    if unknown:
        notes.append(f"{counted(unknown, 'picture')} of classes that it does not know count as "
                     "other things.")  # fmt: skip
    training = _training(stored.json(TRAINING))
    card = stored.card
    return ClassifierReport(
        model=card.name,
        title=card.title,
        about={
            "about": card.about,
            "made by": card.recipe,
            "origin": card.origin,
            "licence": card.licence,
            "network": classifier.layout.net,
            "pictures learned from": f"{card.quality.get('pictures learned from', 0):,}",
            "measured on": choice.path.resolve().name,
        },
        classes=classifier.classes,
        reject=classifier.reject,
        known=tuple(known),
        unseen=tuple(unseen),
        mistakes=tuple(run.why(one) for one in worst_mistakes(known)),
        alarms=tuple(run.why(one) for one in worst_alarms(unseen)),
        trained=run.trained,
        left_out=(*left, *run.left),
        classes_left_out=training,
        notes=tuple(notes),
        digest=sum_of(card),
    )


class _Asking:
    """Asks one classifier about many pictures, those that it was trained on left out."""

    def __init__(self, classifier: NetworkClassifier, seen: SeenPictures, tell: Tell) -> None:
        self.classifier, self.seen, self.tell = classifier, seen, tell
        self.left: list[tuple[str, str]] = []
        self.trained = 0
        self._paths: dict[str, Path] = {}
        self._digests: set[str] = set()

    def ask(self, given: Sequence[_Given], what: str) -> list[Asked]:
        """What is told of each picture that can be read and was not trained on."""
        out: list[Asked] = []
        for start in range(0, len(given), _BATCH):
            self.tell(f"{what}: {start:,} of {counted(len(given), 'picture')}")
            out += self._some(given[start : start + _BATCH])
        return out

    def why(self, asked: Asked) -> Why:
        """Why a picture was told wrongly; asks about it again."""
        picture = read_whole(self._paths[asked.key])
        evidence = asked.label.evidence
        assert evidence is not None
        return Why(
            asked,
            why_words(self.classifier, picture, asked.label),
            picture,
            overlaid(picture, evidence),
        )

    def _some(self, given: Sequence[_Given]) -> list[Asked]:
        kept, pictures, looks = [], [], []
        for one in given:
            try:
                picture = read_whole(one.path)
                digest = sha256(one.path)
            except (BadPicture, OSError) as error:
                self.left.append((one.key, str(error)))
                continue
            if digest in self._digests:
                self.left.append((one.key, "is there twice"))
                continue
            self._digests.add(digest)
            kept.append(one)
            pictures.append(picture)
            looks.append(Outward.of(picture, digest))
        found = self.seen.find(looks)
        labels = self.classifier.classify(pictures)
        out = []
        for one, twin, label in zip(kept, found, labels, strict=True):
            if twin is not None:
                self.trained += 1
                if twin != one.key:  # that it is given its own training pictures is said once
                    self.left.append((one.key, f"is near to {twin}, which it was trained on"))
                continue
            self._paths[one.key] = one.path
            out.append(Asked(one.key, one.wanted, label, self._likeliest(label)))
        return out

    def _likeliest(self, label: Label) -> str:
        return self.classifier.classes[int(np.argmax(label.probabilities))]


def _given(
    choice: PictureChoice, classes: Sequence[str]
) -> tuple[list[_Given], list[tuple[str, str]], list[str]]:
    """The pictures of a folder with their classes, those without one, and what must be said."""
    read = read_pictures(PictureChoice(choice.path, choice.where))
    columns = tuple(dict.fromkeys(c for record in read.records for c in record.columns))
    column = FOLDER
    if choice.label_column is not None:
        column = find_column(columns, choice.label_column, "--label", "picture")
    elif FOLDER not in columns:
        raise UserError(
            f"{choice.path}: has no folders in it to be classes; put the pictures of each class "
            "into a folder of its own, or name a table's column by --label"
        )
    left = [(one.key, one.reason) for one in read.left_out]
    given = []
    for record in read.records:
        label = label_of(record.columns, column)
        if not label:
            left.append((record.key, f"has no '{column}' to be its class"))
            continue
        given.append(_Given(record.key, record.path, label if label in classes else ""))
    return given, left, []


def _others(probe: Path) -> list[_Given]:
    read = read_pictures(PictureChoice(probe), unlisted=True)
    return [_Given(f"{probe.name}/{record.key}", record.path, "") for record in read.records]


def _why_none(
    choice: PictureChoice, trained: int, given: int, left: Sequence[tuple[str, str]]
) -> str:
    if trained:
        return (
            f"{choice.path}: {'all' if trained == given else f'{trained:,} of {given:,}'} of its "
            "pictures are ones that the classifier was trained on, or near duplicates of such, "
            "and no other is of its classes; a figure on them would say nothing: give pictures "
            "that it has not seen"
        )
    reason = f": {left[0][0]} {left[0][1]}" if left else ""
    return f"{choice.path}: holds no picture of the classifier's classes{reason}"


def _training(value: Any) -> tuple[tuple[float, float], ...]:
    """The curve that training measured by leaving classes out; none where there is none."""
    curve = value.get("curve", []) if isinstance(value, dict) else []
    return tuple((float(x), float(y)) for x, y in curve)
