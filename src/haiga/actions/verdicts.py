"""Everything that is judged of a piece before anyone shows it."""

from __future__ import annotations

from collections.abc import Sequence

from haiga.core.nouns import Picture, Poem, Verdict
from haiga.gallery.ink import poem_ink
from haiga.gallery.settings import SheetSettings, contrast
from haiga.inspection.pictures import judge_blankness, judge_legibility
from haiga.inspection.poems import judge_coverage, judge_form, judge_novelty


def judge(
    poem: Poem,
    *,
    unseen: Sequence[str],
    painting: Picture,
    styled: Picture,
    page: SheetSettings,
) -> tuple[Verdict, ...]:
    """The verdicts on a piece, in the order of its making; nothing is dropped."""
    return (
        judge_form(poem),
        judge_novelty(poem),
        judge_coverage(poem, unseen),
        judge_blankness(painting, "painting"),
        judge_blankness(styled, "styled painting"),
        judge_legibility(contrast(poem_ink(page, styled), page.paper_rgb), "sheet"),
    )
