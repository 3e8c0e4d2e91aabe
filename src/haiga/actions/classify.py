"""Tell which class pictures belong to, or that they belong to none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core import registry
from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Label, Picture
from haiga.features.network_input import network_pixels
from haiga.inspection import saliency
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.media.picture_judging import judge_picture
from haiga.pages.numbers import chance, share
from haiga.roles.classifiers.network import NetworkClassifier

USE = "network.v1"
LEAST_FALL = 0.0005
"""A part speaks for a class if without it the class is so much less likely."""


@dataclass(frozen=True, eq=False)
class Classified:
    """A picture by its name and what it is called; `why` reads on from its name."""

    name: str
    label: Label
    classes: tuple[str, ...]
    why: str
    picture: Picture

    @property
    def likeliest(self) -> str:
        """The likeliest class, also of a picture that is called none of them."""
        return self.classes[int(np.argmax(self.label.probabilities))]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "picture": self.name,
            "class": self.label.name,
            "likeliest": self.likeliest,
            "probabilities": {
                name: round(p, 6)
                for name, p in zip(self.classes, self.label.probabilities, strict=True)
            },
            "known": round(self.label.known, 6),
            "why": self.why,
        }


def make_classifier(model: str, reject: float | None = None) -> NetworkClassifier:
    """The classifier in a folder; UserError for a `reject` outside 0 to 0.9."""
    if reject is not None and not 0 <= reject <= 0.9:
        raise UserError(f"--reject {reject:g}: must be from 0 to 0.9")
    settings: Mapping[str, Any] = {"model": model} if reject is None else {
        "model": model, "reject": float(reject)}  # fmt: skip
    made = registry.make("classifier", USE, settings)
    assert isinstance(made, NetworkClassifier)
    return made


def pictures_of(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """The pictures that files and folders name, in order: name and path.

    Raises UserError where there is no such file.
    """
    found: list[tuple[str, Path]] = []
    for path in paths:
        if path.is_dir():
            read = read_pictures(PictureChoice(path), unlisted=True)
            found += [(str(path / record.key), record.path) for record in read.records]
        elif path.exists():
            found.append((str(path), path))
        else:
            raise UserError(f"{path}: there is no such file or folder")
    return found


def classify_files(
    classifier: NetworkClassifier,
    files: Sequence[tuple[str, Path]],
    on_each: Callable[[int, int], None] = lambda i, n: None,
) -> Iterator[Classified | BadPicture]:
    """What each file's picture is called, one by one; BadPicture for one that cannot be read."""
    for number, (name, path) in enumerate(files):
        on_each(number, len(files))
        try:
            picture = read_whole(path)
        except BadPicture as error:
            yield BadPicture(f"{name}: {error}")
            continue
        (label,) = classifier.classify([picture])
        why = why_words(classifier, picture, label)
        yield Classified(name, label, classifier.classes, why, picture)


def read_whole(path: Path) -> Picture:
    """The picture in a file, decoded at its full size; BadPicture whose message is the reason."""
    return judge_picture(path, least_px=1).pixels


def why_words(classifier: NetworkClassifier, picture: Picture, label: Label) -> str:
    """Why a picture is called what it is: where and in what colours, and what covering changes.

    Asks the network once more, with the quarter of the picture covered that speaks most for
    the likeliest class; where that makes it no less likely, with each of nine others, of which
    the one that makes it least likely is told.
    """
    best = int(np.argmax(label.probabilities))
    name, sure = classifier.classes[best], label.probabilities[best]
    if label.known == 0:
        return "there is nothing to be seen in it: it is of one tone"
    start = f"called {name}, {chance(sure)}"
    if label.name is None:
        start = (
            f"called none of the classes: of pictures of theirs {share(label.known)} are as unlike "
            f"what was learned; the likeliest is {name}, {chance(sure)}"
        )
    if label.evidence is None:
        return start
    evidence = label.evidence
    places = saliency.strongest(evidence)
    where = saliency.place_words(evidence)
    (again,) = _covered(classifier, picture, [places])
    if sure - again.probabilities[best] < LEAST_FALL:
        others = saliency.windows((evidence.shape[0], evidence.shape[1]))
        asked = _covered(classifier, picture, others)
        least = min(range(len(asked)), key=lambda i: asked[i].probabilities[best])
        if sure - asked[least].probabilities[best] < LEAST_FALL:
            without = again.probabilities[best]
            goes = "rises to" if without - sure >= LEAST_FALL else "stays near"
            return (
                f"{start}; no one part decides: with what is most like {name} covered, {where}, "
                f"it {goes} {chance(without)}"
            )
        places, again = others[least], asked[least]
        where = saliency.place_words(places.astype(np.float32))
    colours = saliency.colour_words(picture, places)
    after = int(np.argmax(again.probabilities))
    told = (
        f"{name} falls to {chance(again.probabilities[best])}"
        if after == best
        else f"{classifier.classes[after]} is likelier, {chance(again.probabilities[after])}"
    )
    return f"{start}; what speaks for {name} lies {where}, {colours}; with it covered {told}"


def _covered(
    classifier: NetworkClassifier, picture: Picture, parts: Sequence[npt.NDArray[np.bool_]]
) -> list[Label]:
    """What is told of a picture with each of some parts covered."""
    pixels = network_pixels(picture, classifier.layout.size_px)
    return classifier.classify_inputs(np.stack([saliency.covered(pixels, p) for p in parts]))
