"""Measure a captioner beside two ways that need none, on pictures it never saw."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from haiga.actions.caption import Asked, captions_of
from haiga.core import registry
from haiga.core.errors import UserError
from haiga.core.nouns import Caption
from haiga.features.eye import Eye
from haiga.inspection.captioning import (
    CaptionFigures,
    caption_figures,
    commonest_caption,
    figures_text,
    nearest_captions,
)
from haiga.models.store import load_model
from haiga.roles.captioners.attend import LAYOUT
from haiga.training.captioners.balance import balanced
from haiga.training.captioners.gathering import HELD_OUT, TRAIN, Captioned, gather, prepared

Tell = Callable[[str], None]
REFERENCES = (
    "(beside the captions of the folder, made plain by rule as for training: a captioner that "
    "words things by other rules is not measured by this, however well it sees)"
)
LOW = 0.05
UNLIKE = (
    "It says hardly a phrase of these captions: figures so near to 0 tell that it was taught other "
    "words, and not how well it sees."
)
MEASURED = 150
"""So many pictures of each family are measured, so that none outweighs the others."""
_AT_ONCE = 100
_HELD_SHARE = 0.1


@dataclass(frozen=True)
class CaptionerReport:
    """Figures of each way, over all pictures and over each family; some captions with their own.

    `milliseconds` a picture takes, alone; `notes` must be known to read the figures.
    """

    model: str
    figures: Mapping[str, CaptionFigures]
    families: Mapping[str, Mapping[str, CaptionFigures]]
    samples: Sequence[tuple[str, str, Sequence[str]]]
    sure: float
    milliseconds: float
    notes: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "model": self.model,
            "figures": {name: one.table() for name, one in self.figures.items()},
            "families": {
                family: {name: one.table() for name, one in ways.items()}
                for family, ways in self.families.items()
            },
            "samples": [
                {"picture": path, "caption": said, "references": list(references)}
                for path, said, references in self.samples
            ],
            "sure_share": self.sure,
            "milliseconds_a_picture": self.milliseconds,
            "notes": list(self.notes),
        }


def evaluate_captioner(
    asked: Asked, folder: Path, *, each: int = MEASURED, tell: Tell = lambda _: None
) -> CaptionerReport:
    """A captioner's figures on pictures of a folder, beside the nearest and the commonest caption.

    `folder` holds pictures and `metadata.jsonl`, or sub-folders that do, as for `haiga train
    captioner`; captions are made plain in the same way, and where the model tells how it was
    split, pictures that it learned from are not measured. Raises `UserError` where there are too
    few pictures with captions.
    """
    captioner = registry.make("captioner", asked.use, asked.settings)
    if each < 2:
        raise UserError(f"--count: must be 2 or more, not {each}")
    split, known = _split(asked)
    tell("reading the captions")
    found, notes = gather(folder, known=known, **split)
    rows = balanced(found, HELD_OUT, each)
    others = [i for i, one in enumerate(found) if one.part == TRAIN]
    if len(rows) < 2 or not others:
        raise UserError(
            f"{folder}: {len(rows)} pictures to measure by and {len(others)} to compare them with "
            "are too few; give a folder with more captioned pictures"
        )
    held = sum(one.part == HELD_OUT for one in found)
    notes = [_why_so_many(len(rows), held, len(found), each), *notes]
    tell(f"captioning {len(rows)} pictures")
    said = _said(captioner, [found[i] for i in rows])
    tell(f"looking for the nearest among {len(others):,} pictures")
    ways = {
        "captioner": [one.text for one in said],
        "nearest picture's": _nearest(found, rows, others, tell),
        "commonest": [commonest_caption([found[i].captions[0] for i in others])] * len(rows),
    }
    tell("comparing with what people said")
    families = {found[i].family for i in rows}
    by_family = {
        family: _figures(ways, found, rows, [found[i].family == family for i in rows])
        for family in sorted(families)
    }
    return CaptionerReport(
        model=str(asked.settings.get("model", asked.use)),
        figures=_figures(ways, found, rows, [True] * len(rows)),
        families=by_family,
        samples=[
            (str(found[rows[k]].path), said[k].text, found[rows[k]].captions)
            for k in range(0, len(rows), max(1, len(rows) // 12))
        ],
        sure=sum(one.sure for one in said) / len(said),
        milliseconds=_milliseconds(captioner, [found[i] for i in rows[:8]]),
        notes=notes,
    )


def captioner_text(report: CaptionerReport) -> str:
    """The report as a person reads it."""
    pictures = report.figures["captioner"].pictures
    lines = [f"{report.model} on {pictures:,} pictures it never saw", REFERENCES, ""]
    lines.append(figures_text(report.figures))
    for family, ways in report.families.items():
        lines += ["", f"{family}, {ways['captioner'].pictures:,} pictures", figures_text(ways)]
    if report.figures["captioner"].cider.value < LOW:
        lines += ["", UNLIKE]
    lines += ["", f"{report.milliseconds:.0f} ms a picture alone; sure of {report.sure:.0%}", ""]
    for path, said, references in report.samples:
        lines.append(f"{Path(path).name}: {said}\n    told: {'; '.join(references)}")
    return "\n".join(lines)


def _why_so_many(measured: int, held: int, found: int, each: int) -> str:
    """How many of the captioned pictures are measured, and why not the others."""
    told = f"{measured:,} of {found:,} captioned pictures are measured: {held:,} were held out"
    told += " of training" if measured == held else f", of which at most {each:,} of a family"
    return f"{told}; the others it may have learned from, or they are what it is compared with"


def _split(asked: Asked) -> tuple[dict[str, Any], list[str]]:
    """How the model's training parted works, and the words it took for common ones."""
    plain: dict[str, Any] = {"held_share": _HELD_SHARE, "seed": 0}
    name = asked.settings.get("model", "captioner")
    try:
        layout = load_model(name, role="captioner").json(LAYOUT)
        split, known = layout["split"], [str(word) for word in layout["common"]]
        return {"held_share": float(split["held_share"]), "seed": int(split["seed"])}, known
    except (KeyError, TypeError, ValueError):
        return plain, []


def _said(captioner: Any, ones: Sequence[Captioned]) -> list[Caption]:
    said: list[Caption] = []
    for start in range(0, len(ones), _AT_ONCE):
        pictures = [prepared(one.path, one.collection) for one in ones[start : start + _AT_ONCE]]
        said += [captions[0] for captions in captions_of(captioner, pictures, [0])]
    return said


def _nearest(
    found: Sequence[Captioned], rows: Sequence[int], others: Sequence[int], tell: Tell
) -> list[str]:
    eye = Eye()
    views = []
    every = [*rows, *others]
    for start in range(0, len(every), _AT_ONCE):
        part = [found[i] for i in every[start : start + _AT_ONCE]]
        views.append(eye.embed([prepared(one.path, one.collection) for one in part]).late)
        tell(f"the eye has seen {start + len(part):,} of {len(every):,}")
    late = np.concatenate(views)
    return nearest_captions(
        late[: len(rows)], [found[i].work for i in rows],
        late[len(rows) :], [found[i].work for i in others], [found[i].captions[0] for i in others],
    )  # fmt: skip


def _figures(
    ways: Mapping[str, Sequence[str]],
    found: Sequence[Captioned],
    rows: Sequence[int],
    wanted: Sequence[bool],
) -> dict[str, CaptionFigures]:
    there = [found[i] for i, take in zip(rows, wanted, strict=True) if take]
    return {
        name: caption_figures(
            [text for text, take in zip(texts, wanted, strict=True) if take],
            [one.captions for one in there],
            [one.objects for one in there],
        )
        for name, texts in ways.items()
    }


def _milliseconds(captioner: Any, ones: Sequence[Captioned]) -> float:
    """What a picture takes by itself, the median of a few."""
    spent = []
    for one in ones:
        picture = prepared(one.path, one.collection)
        began = time.perf_counter()
        captioner.caption([picture], seeds=[0])
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.median(spent))
