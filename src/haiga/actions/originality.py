"""Is a painting new? It is compared with what its painter's model was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from haiga.core.errors import JobError, NoModel, UserError
from haiga.core.nouns import Picture, Verdict
from haiga.core.roles import Trained

if TYPE_CHECKING:
    from haiga.actions.recipe import Recipe
    from haiga.features.eye import Eye
    from haiga.features.picture_index import Nearest, PictureIndex

PICTURE, STUDIO, WORDS = "new picture", "new in this studio", "own words"
"""The gates by name, as verdicts and overrides have it; the poem's other one is "new words"."""

Value = Literal["new", "close", "copy", "not measured"]


@dataclass(frozen=True)
class Finding:
    """What one gate found of a piece.

    `work` names what it comes nearest to; `distance` is how near, and None where words are
    compared. `reason` is for a reader and begins with the value.
    """

    gate: str
    value: Value
    score: float
    reason: str
    work: str = ""
    distance: float | None = None

    @property
    def verdict(self) -> Verdict:
        """The same as the verdicts of a piece have it; only a copy is not kept."""
        return Verdict(self.gate, self.value != "copy", self.score, self.reason)

    @property
    def table(self) -> dict[str, Any]:
        """The same in plain values, for recipes."""
        return asdict(self)


def overridden(findings: Sequence[Finding], reason: str) -> list[dict[str, Any]]:
    """What a recipe keeps of copies that were let pass on purpose."""
    return [
        {"gate": finding.gate, "reason": reason, "work": finding.work}
        for finding in findings
        if finding.value == "copy"
    ]


def with_finding(recipe: Recipe, gate: PictureGate, finding: Finding, reason: str | None) -> Recipe:
    """A picture's recipe with what its gate found, and why a copy was let pass."""
    found = {"findings": [finding.table], "models": dict(gate.models)}
    overrides = tuple(overridden([finding], reason)) if reason is not None else ()
    made = {**recipe.made, "originality": found}
    return recipe.model_copy(update={"made": made, "overrides": overrides})


def check_reason(allow_copy: str | None) -> str | None:
    """The reason to let copies pass, or None; `UserError` for one without words."""
    if allow_copy is not None and not allow_copy.strip():
        raise UserError("--allow-copy: needs a reason, which the recipe keeps; say why")
    return " ".join(allow_copy.split()) if allow_copy is not None else None


def refuse_copies(findings: Sequence[Finding], seed: int, reason: str | None) -> None:
    """Raises `JobError` naming the work that was copied, unless there is a reason to allow it."""
    copies = [finding for finding in findings if finding.value == "copy"]
    if copies and reason is None:
        raise JobError(refused(copies, seed))


def refused(copies: Sequence[Finding], seed: int) -> str:
    """One sentence on copies: what they copy, and what to do."""
    said = "; ".join(finding.reason for finding in copies)
    return (
        f"seed {seed}: refused as a copy ({said}); take another --seed, or let it pass by "
        '--allow-copy "REASON"'
    )


class PictureGate:
    """Compares pictures with the index of what a maker's model was trained on.

    Raises `BadModel` at once where an index is there and damaged.
    """

    def __init__(self, maker: object, name: str, *, threads: int = 2) -> None:
        self._maker, self._name, self._threads = maker, name, threads
        self._indexes, self._unmeasured = _indexes_of(maker, name)

    @property
    def models(self) -> Mapping[str, str]:
        """The indexes' files and the eye's, each with its sha256; none without an index."""
        found = {name: sha for model, _ in self._indexes for name, sha in model.items()}
        return {**found, **self.eye.models} if found else {}

    @cached_property
    def eye(self) -> Eye:
        """What sees the pictures."""
        from haiga.features.eye import Eye

        return Eye(threads=self._threads)

    def judge(self, picture: Picture) -> Finding:
        """What the picture comes nearest to, over all of the maker's indexes."""
        from haiga.features.picture_index import Shown

        if not self._indexes:
            return Finding(PICTURE, "not measured", 0.5, f"not measured: {self._unmeasured}")
        shown = Shown.of(picture, self.eye)
        found = [_told(index, index.find(shown)) for _, index in self._indexes]
        worst = min(found, key=lambda finding: (_ORDER.index(finding.value), finding.score))
        if not self._unmeasured:
            return worst
        return Finding(
            PICTURE,
            worst.value if worst.value != "new" else "not measured",
            min(worst.score, 0.5),
            f"{worst.reason}; not measured: {self._unmeasured}",
            worst.work,
            worst.distance,
        )


_ORDER: tuple[Value, ...] = ("copy", "close", "not measured", "new")


def _indexes_of(
    maker: object, name: str
) -> tuple[list[tuple[Mapping[str, str], PictureIndex]], str]:
    """The indexes of a maker's model and of those it went on from; and what has none."""
    from haiga.features.picture_index import FOLDER, PictureIndex
    from haiga.models.card import CARD
    from haiga.models.store import load_model, placed

    if not isinstance(maker, Trained):
        return [], f"'{name}' does not say which model it makes pictures with"
    try:
        wanted = [placed(load_model(maker.model_folder))]
    except NoModel:
        wanted = [str(maker.model_folder)]
    found: list[tuple[Mapping[str, str], PictureIndex]] = []
    without: list[str] = []
    for place in wanted:  # grows as indexes name models that theirs went on from
        try:
            model = load_model(place)
            folder = model.folder / FOLDER
            if not (folder / CARD).is_file():
                raise NoModel(place)
        except NoModel:
            without.append(Path(place).name)
            continue
        beside = load_model(folder)
        index = PictureIndex.load(beside)
        found.append((beside.digests, index))
        wanted += [other for other in index.also if other not in wanted]
    if not without:
        return found, ""
    return found, (
        f"the model '{without[0]}' carries no index of the pictures it learned from; "
        "`haiga train picture_index` makes one"
    )


def _told(index: PictureIndex, nearest: Nearest) -> Finding:
    limits = index.limits
    away = f"distance {nearest.distance:.2f} of what is usual"
    if nearest.value == "new":
        reason = f"new: nearest is {nearest.work.told}; {away}"
    elif nearest.value == "close":
        reason = (
            f"close: to {nearest.work.told}; {away}, and nearer than all but "
            f"{limits.close_rate:.1%} of new works"
        )
    else:
        reason = f"copy: shows {nearest.work.told} again, a training picture; {away}"
    score = round(min(1.0, nearest.distance), 4)
    return Finding(
        PICTURE, nearest.value, score, reason, nearest.work.told, round(nearest.distance, 4)
    )
