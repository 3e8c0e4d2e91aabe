"""FID and KID over the Inception network, as papers give them, beside the eye's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from haiga.core.counted import counted
from haiga.core.nouns import Picture
from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.metrics.fid import fid
from haiga.inspection.metrics.kid import kid
from haiga.pages import parts
from haiga.pages.numbers import number
from haiga.pages.page import Section
from haiga.pages.parts import Figure


class Network(Protocol):
    """What sees for these figures: `features.inception.Inception`."""

    name: str
    sha256: str

    @property
    def remark(self) -> str: ...

    def embed(self, pictures: Sequence[Picture]) -> npt.NDArray[np.float32]: ...


@dataclass(frozen=True)
class PaperFigures:
    """KID and FID of made pictures from held-out ones over Inception features, as they are.

    `real_kid` is that of as many pictures learned from. `weights` and `sha256` name the file
    of the network, `remark` what speaks against it.
    """

    kid: Measure
    fid: Measure
    real_kid: Measure
    made: int
    real: int
    size_px: int
    weights: str
    sha256: str
    remark: str = ""

    @property
    def conditions(self) -> str:
        """When these figures may stand beside a paper's."""
        return (
            "they may be compared with a paper's only where it used the same weights "
            f"(sha256 {self.sha256[:12]}…), the same real pictures (here {self.real:,} that were "
            f"held out), as many made ones (here {self.made:,}; papers make 10,000 to 50,000, and "
            f"FID falls with their number) and the same size (here {self.size_px} px, resized to "
            "299 bilinearly, as pytorch-fid does)"
        )


def paper_figures(
    network: Network,
    train: Sequence[Picture],
    held: Sequence[Picture],
    made: Sequence[Picture],
    *,
    seed: int = 0,
) -> PaperFigures:
    """Measures made pictures against held-out ones; at least two of each kind are needed.

    The features are not scaled, so that both figures are the papers' own.
    """
    real, found = network.embed(held), network.embed(made)
    drawn = np.sort(np.random.default_rng(seed).permutation(len(train))[: len(held)])
    known = network.embed([train[i] for i in drawn])
    return PaperFigures(
        kid=kid(real, found, seed=seed),
        fid=fid(real, found, seed=seed),
        real_kid=kid(real, known, rounds=0, seed=seed),
        made=len(made),
        real=len(held),
        size_px=int(made[0].shape[0]),
        weights=network.name,
        sha256=network.sha256,
        remark=network.remark,
    )


def paper_rows(papers: PaperFigures) -> list[tuple[str, str]]:
    """The figures as lines for a terminal: a name and what is said."""
    rough = f" ({papers.fid.note})" if papers.fid.note else ""
    rows = [
        (
            "Inception KID",
            f"{number(papers.kid.value)}{_between(papers.kid)} over Inception features; real "
            f"pictures {number(papers.real_kid.value)}",
        ),
        ("Inception FID", f"{number(papers.fid.value)} over Inception features{rough}"),
        ("weights", f"{papers.weights}, sha256 {papers.sha256}"),
    ]
    rows += [("note", f"of the Inception figures, {papers.conditions}")]
    return [*rows, *([("note", papers.remark)] if papers.remark else [])]


def paper_section(papers: PaperFigures) -> Section:
    """The figures as a part of the report's page."""
    figures = [
        Figure(
            "KID over Inception features",
            number(papers.kid.value),
            f"Bińkowski et al. 2018, features as they are.{_between(papers.kid)}",
            number(papers.real_kid.value),
        ),
        Figure(
            "FID over Inception features",
            number(papers.fid.value),
            f"Heusel et al. 2017.{_between(papers.fid)} {papers.fid.note.capitalize()}".strip(),
        ),
    ]
    body = [
        parts.figures_table(figures, value="made", beside="real"),
        parts.passport({
            "weights": papers.weights,
            "sha256": papers.sha256,
            "made": counted(papers.made, "picture"),
            "held out": counted(papers.real, "picture"),
        }),
    ]  # fmt: skip
    if papers.remark:
        body.append(parts.warning(f"{papers.remark[0].upper()}{papers.remark[1:]}."))
    lead = f"Over Inception features: {papers.conditions}."
    return Section("For comparison with papers", body, lead=lead)


def _between(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f" (95 times of 100 between {number(measure.low)} and {number(measure.high)})"
