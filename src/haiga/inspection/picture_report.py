"""The report on a maker of pictures: what it saw and makes, how near that is, what it copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from haiga.core.counted import counted
from haiga.core.nouns import Picture
from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.papers import PaperFigures
from haiga.inspection.poet_report import plain
from haiga.inspection.watch import Look
from haiga.pages.numbers import share

FEW_HELD = 0.05
"""A rate of false alarms that may be above this is said to be rough."""


@dataclass(frozen=True)
class Example:
    """A picture and what stands under it."""

    picture: Picture = field(repr=False)
    caption: str = ""


@dataclass(frozen=True)
class Suspect:
    """A made picture beside the training picture it is nearest to.

    `distance` is that of `picture_copies`: 1 is usual for real new pictures, 0 the same.
    """

    made: Example
    train: Example
    distance: float
    copy: bool


@dataclass(frozen=True)
class EpochSeen:
    """How many pictures were seen by the end of an epoch, and how often at least and at most."""

    epoch: int
    seen: int
    pictures: int
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class LostWords:
    """Words of captions that a painter does not know: how many, of how many, which most often."""

    words: int
    lost: int
    examples: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Saw:
    """What a training was shown: pictures of every epoch, labels, words, and what was changed."""

    epochs: tuple[EpochSeen, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    label_column: str = ""
    lost: LostWords | None = None
    augmentations: tuple[str, ...] = ()


@dataclass(frozen=True)
class PictureReport:
    """Everything measured of one generator or painter.

    `about` says of the model, `pictures` of what it was measured on: names and values as a
    reader sees them. `look` is the measurement of the model as it is kept, None where there
    is none, and `why_no_look` says why. `floor` is the KID of held-out pictures from training
    ones: what real pictures have. `fit` is the R-precision of a painter's pictures, `papers` the
    figures over Inception features where they were asked for. `log` has
    the rows of every look of the training (`Look.as_row` with `step`, `epoch`, `minutes`),
    `kept_step` the step whose state was kept, and `ended` why the training ended, if not as
    planned. `left_out` names files that were not read, with the reason of each. `digest` is a
    sum that tells the model from every other.
    """

    model: str
    kind: str
    title: str
    about: Mapping[str, str]
    pictures: Mapping[str, str]
    look: Look | None = None
    why_no_look: str = ""
    floor: Measure | None = None
    fit: Measure | None = None
    fit_among: int = 10
    why_no_fit: str = ""
    papers: PaperFigures | None = None
    samples: tuple[Example, ...] = field(default=(), repr=False)
    suspects: tuple[Suspect, ...] = field(default=(), repr=False)
    log: tuple[Mapping[str, Any], ...] = ()
    kept_step: int | None = None
    ended: str = ""
    saw: Saw = field(default_factory=Saw)
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values, without the pictures; what has no figure is null."""
        value = {
            "model": self.model,
            "kind": self.kind,
            "title": self.title,
            "verdict": copy_verdict(self),
            "copies": None if self.look is None else self.look.copied,
            "about": self.about,
            "pictures": self.pictures,
            "look": None if self.look is None else _plain_look(self.look),
            "why_no_look": self.why_no_look,
            "floor": self.floor,
            "fit": self.fit,
            "fit_among": self.fit_among,
            "why_no_fit": self.why_no_fit,
            "inception": self.papers,
            "suspects": [
                {
                    "made": one.made.caption,
                    "train": one.train.caption,
                    "distance": one.distance,
                    "copy": one.copy,
                }
                for one in self.suspects
            ],
            "log": self.log,
            "kept_step": self.kept_step,
            "ended": self.ended,
            "saw": self.saw,
            "left_out": self.left_out,
            "notes": self.notes,
            "digest": self.digest,
        }
        out = plain(value)
        assert isinstance(out, dict)
        return out


def suspects_of(
    look: Look,
    made: Sequence[Picture],
    train: Sequence[Picture],
    *,
    made_names: Sequence[str],
    train_names: Sequence[str],
    count: int = 8,
) -> tuple[Suspect, ...]:
    """The made pictures nearest to a training picture, each beside it, the nearest first.

    `made` are the pictures that were looked at, `train` those that the watch was made with.
    """
    found = look.copies
    return tuple(
        Suspect(
            Example(made[i], made_names[i]),
            Example(train[found.nearest[i]], train_names[found.nearest[i]]),
            float(found.distances[i]),
            bool(found.copies[i]),
        )
        for i in found.suspects(count)
    )


def copy_verdict(report: PictureReport) -> str:
    """Whether it copies, in a few plain sentences."""
    look = report.look
    if look is None:
        return f"Whether it copies is not known: {report.why_no_look or 'it was not measured'}."
    found, chance = look.copies_found, share(look.copies.false_alarms)
    among = f"{found:,} of {counted(look.samples, 'picture')}"
    if look.copied:
        low, high = share(look.copy_share.low), share(look.copy_share.high)
        return (
            f"It copies. {among} ({share(look.copy_share.value)}; 95 times of 100 between {low} "
            f"and {high}) are nearer to a training picture than all but {chance} of real new "
            "pictures are. Do not show what it makes as new."
        )
    if found:
        said = (
            f"It copies no more than chance: {among} came as near to a training picture as "
            f"{chance} of real new pictures do."
        )
    else:
        said = (
            f"No copies were found: none of {counted(look.samples, 'picture')} is as near to a "
            f"training picture as {chance} of real new pictures are. After so few, up to "
            f"{share(look.copy_share.high)} of what it makes could still be copies."
        )
    if look.copies.false_alarms_high > FEW_HELD:
        said += (
            " The held-out pictures are few, so this is rough: what counts as too near is set by "
            "them alone."
        )
    return said


def reasons_counted(left_out: Sequence[tuple[str, str]]) -> list[tuple[str, int, list[str]]]:
    """Why files were left out, the commonest first: reason, how many, and their names."""
    counts = Counter(reason for _, reason in left_out)
    return [
        (reason, count, [key for key, why in left_out if why == reason])
        for reason, count in counts.most_common()
    ]


def _plain_look(look: Look) -> dict[str, Any]:
    measures = ("kid", "kid_train", "fid", "copy_share", "nearer_than_new",
                "precision", "recall", "density", "coverage", "spread")  # fmt: skip
    return {
        **{name: getattr(look, name) for name in measures},
        "samples": look.samples,
        "copies": look.copies_found,
        "threshold": look.copies.threshold,
        "false_alarms": look.copies.false_alarms,
        "false_alarms_high": look.copies.false_alarms_high,
        "copy_distance": look.copy_distance,
        "near_train": look.near_train,
        "near_held": look.near_held,
        "usual_near_train": look.usual_near_train,
    }
