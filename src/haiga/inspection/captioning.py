"""How good captions are: beside what people said, and beside two ways that need no captioner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.metrics.captions import (
    ORDER,
    bleu,
    caption_words,
    cider,
    distinct_share,
    meteor,
    object_recall,
)


@dataclass(frozen=True)
class CaptionFigures:
    """The figures of one way of captioning N pictures; `bleu[n - 1]` is BLEU-n."""

    pictures: int
    bleu: tuple[Measure, ...]
    meteor: Measure
    cider: Measure
    distinct: float
    recall: Measure

    def table(self) -> dict[str, Any]:
        """The figures as plain values."""
        return asdict(self)


def caption_figures(
    captions: Sequence[str],
    references: Sequence[Sequence[str]],
    objects: Sequence[Sequence[str]],
    *,
    seed: int = 0,
) -> CaptionFigures:
    """Captions measured by the references and the known objects of the same pictures."""
    said = [caption_words(text) for text in captions]
    told = [[caption_words(text) for text in group] for group in references]
    return CaptionFigures(
        pictures=len(captions),
        bleu=tuple(bleu(said, told, order=n, seed=seed) for n in range(1, ORDER + 1)),
        meteor=meteor(said, told, seed=seed),
        cider=cider(said, told, seed=seed),
        distinct=distinct_share(captions),
        recall=object_recall(said, objects, seed=seed),
    )


def nearest_captions(
    views: npt.NDArray[np.float32],
    works: Sequence[str],
    known: npt.NDArray[np.float32],
    known_works: Sequence[str],
    known_captions: Sequence[str],
) -> list[str]:
    """The caption of the nearest known picture of another work, by cosine, for each (N, D) view.

    Views are compared after the mean of the known ones is taken away.
    """
    middle = known.mean(0)
    first, second = views - middle, known - middle
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second /= np.maximum(np.linalg.norm(second, axis=1, keepdims=True), 1e-9)
    near = first @ second.T  # (N, M)
    names = np.array(known_works)
    found = []
    for row, work in zip(near, works, strict=True):
        other = np.where(names == work, -np.inf, row)
        found.append(known_captions[int(other.argmax())])
    return found


def commonest_caption(captions: Sequence[str]) -> str:
    """The caption that is given most often, the first of equals in the alphabet."""
    counts = Counter(captions)
    return min(counts, key=lambda text: (-counts[text], text))


def figures_text(figures: Mapping[str, CaptionFigures]) -> str:
    """The figures of several ways as a table for the terminal, a line a way."""
    heads = [*(f"BLEU-{n}" for n in range(1, ORDER + 1)), "METEOR", "CIDEr-D", "objects"]
    lines = [f"{'':22}" + "".join(f"{head:>22}" for head in heads) + f"{'distinct':>10}"]
    for name, one in figures.items():
        measures = (*one.bleu, one.meteor, one.cider, one.recall)
        lines.append(
            f"{name:22}" + "".join(f"{_told(m):>22}" for m in measures) + f"{one.distinct:>10.0%}"
        )
    return "\n".join(lines)


def _told(measure: Measure) -> str:
    if measure.value != measure.value:
        return "not known"
    if measure.low is None or measure.high is None:
        return f"{measure.value:.3f}"
    return f"{measure.value:.3f} [{measure.low:.3f}, {measure.high:.3f}]"
