"""Measure a captioner beside two ways that need none, on pictures it never saw."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from haiga.actions.caption import DEFAULT, Asked, captions_of
from haiga.actions.evaluate import sum_of
from haiga.actions.evaluate_pictures import (
    about_model,
    refuse_folder_of_others,
    refuse_other_reports,
)
from haiga.core import registry
from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.nouns import Caption
from haiga.features.eye import Eye
from haiga.inspection.captioner_page import JSON
from haiga.inspection.captioner_report import (
    CAPTIONER,
    COMMONEST,
    NEAREST,
    CaptionerReport,
    Example,
    Said,
    best_of,
    typical_of,
    worst_of,
)
from haiga.inspection.captioning import (
    CaptionFigures,
    caption_figures,
    commonest_caption,
    nearest_captions,
)
from haiga.inspection.metrics.captions import caption_words, cider_scores
from haiga.models.store import Model, load_model
from haiga.roles.captioners.attend import LAYOUT
from haiga.training.captioners.balance import balanced
from haiga.training.captioners.gathering import HELD_OUT, TRAIN, Captioned, gather, prepared
from haiga.training.captioners.truth import is_true

Tell = Callable[[str], None]
MEASURED = 150
"""So many pictures of each family are measured, so that none outweighs the others."""
_AT_ONCE = 100
_HELD_SHARE = 0.1


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
        CAPTIONER: [one.text for one in said],
        NEAREST: _nearest(found, rows, others, tell),
        COMMONEST: [commonest_caption([found[i].captions[0] for i in others])] * len(rows),
    }
    milliseconds = _milliseconds(captioner, [found[i] for i in rows[:8]])
    tell("comparing with what people said")
    told = _told(folder, said, [found[i] for i in rows])
    families = sorted({one.family for one in told})
    model = _model(asked)
    return CaptionerReport(
        model=str(asked.settings.get("model", asked.use)),
        title=model.card.title if model else "",
        about={
            **(about_model(model) if model else {}),
            "measured on": f"{counted(len(rows), 'picture')} of {folder.resolve().name}",
            "takes": f"{milliseconds:.0f} ms a picture alone",
        },
        figures=_figures(ways, found, rows, [True] * len(rows)),
        families={
            family: _figures(ways, found, rows, [one.family == family for one in told])
            for family in families
        },
        said=tuple(told),
        milliseconds=milliseconds,
        **{
            name: tuple(_example(one, told, found, rows) for one in choose(told))
            for name, choose in (("best", best_of), ("typical", typical_of), ("worst", worst_of))
        },
        notes=tuple(notes),
        digest=sum_of(model.card) if model else "",
    )


def refuse_other_captioners(asked: Asked, out: Path) -> None:
    """Raises UserError where a report would take the place of another's, or lie among others."""
    model = _model(asked)
    if model is not None:
        refuse_other_reports(str(asked.settings.get("model", "captioner")), out)
    elif (out / JSON).exists():
        raise UserError(f"{out}: holds a {JSON} already; give --out another folder, or remove it")
    refuse_folder_of_others(out)


def _model(asked: Asked) -> Model | None:
    """The model's files; None of a captioner that has none of haiga's kind."""
    name = asked.settings.get("model", "captioner" if asked.use == DEFAULT else None)
    return None if name is None else load_model(str(name), role="captioner")


def _told(folder: Path, said: Sequence[Caption], ones: Sequence[Captioned]) -> list[Said]:
    scores = cider_scores(
        [caption_words(one.text) for one in said],
        [[caption_words(text) for text in one.captions] for one in ones],
    )
    return [
        Said(
            key=one.path.relative_to(folder).as_posix(),
            family=one.family,
            text=caption.text,
            references=one.captions,
            cider=float(score),
            score=caption.score,
            sure=caption.sure,
            true=is_true(caption.text, one),
        )
        for caption, one, score in zip(said, ones, scores, strict=True)
    ]


def _example(
    said: Said, told: Sequence[Said], found: Sequence[Captioned], rows: Sequence[int]
) -> Example:
    one = found[rows[told.index(said)]]
    return Example(said, prepared(one.path, one.collection))


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
