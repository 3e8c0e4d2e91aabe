"""The gate that a new piece passes before its studio keeps it: every comparison, in one place."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from haiga.actions.compose import Request
from haiga.actions.makers import Makers
from haiga.actions.originality import Finding, overridden, refused
from haiga.actions.own_pieces import OwnPieces, painting_looks
from haiga.archive.stored import StoredPiece
from haiga.archive.studio import Studio
from haiga.core.config import Artist
from haiga.core.nouns import Picture, Piece, Poem
from haiga.engine import local
from haiga.engine.digests import value_digest
from haiga.features.looks import VERSION, packed
from haiga.inspection.poems import judge_novelty

KNOWN_WORDS = "new words"


@dataclass(frozen=True)
class Judged:
    """What the gates found of a piece, and how its painting looks, for those to come.

    `models` are the files it was judged by, each with its sha256; `seconds` what it took.
    """

    findings: tuple[Finding, ...]
    looks: tuple[str, bytes]
    models: Mapping[str, str]
    seconds: float

    @property
    def copies(self) -> tuple[Finding, ...]:
        """The findings that keep the piece from being kept."""
        return tuple(finding for finding in self.findings if finding.value == "copy")


@dataclass(frozen=True)
class Refused:
    """A seed that was not taken, and why."""

    seed: int
    copies: tuple[Finding, ...]

    @property
    def table(self) -> dict[str, Any]:
        return {"seed": self.seed, "copies": [finding.table for finding in self.copies]}


class StudioGate:
    """Judges pieces of one artist that have begun, beside known works and the studio's own."""

    def __init__(self, makers: Makers, studio: Studio) -> None:
        self._makers, self._studio = makers, studio

    def held(self, request: Request, seed: int, beginning: local.Run) -> StoredPiece | None:
        """The piece that the studio already holds of a seed, asked for and made as this one is."""
        wanted = request.table()
        for piece in self._studio.same_seed(self._makers.artist.name, seed):
            recipe = piece.recipe
            if _what(recipe.get("request", {})) != _what(wanted):
                continue
            outputs = {step.get("step"): step.get("output") for step in recipe.get("steps", ())}
            made = {name: beginning.provenance[name].output for name in ("poem", "painting")}
            same = all(outputs.get(name) == output for name, output in made.items())
            if same and _persona(recipe.get("artist", {})) == _persona(
                self._makers.artist.model_dump(mode="json")
            ):
                return piece
        return None

    def judge(self, beginning: local.Run) -> Judged:
        """Compares the poem and the painting of a piece that has begun."""
        began = time.perf_counter()
        poem: Poem = beginning.values["poem"]
        painting: Picture = beginning.values["painting"]
        gate, own = self._makers.picture_gate, self._own
        own.update()
        looks = painting_looks(painting, gate.eye)
        findings = [
            *_known_words(poem),
            own.judge_poem(poem),
            gate.judge(painting),
            own.judge_painting(looks),
        ]
        models = {**gate.models, **gate.eye.models}
        seconds = time.perf_counter() - began
        return Judged(tuple(findings), (VERSION, packed(looks)), models, seconds)

    @cached_property
    def _own(self) -> OwnPieces:
        return OwnPieces(self._studio, self._makers.artist.name, self._makers.picture_gate.eye)


def _known_words(poem: Poem) -> list[Finding]:
    """A poem that was taken from known works; its verdict says so already where it was not."""
    verdict = judge_novelty(poem, KNOWN_WORDS)
    if verdict.keep:
        return []
    return [Finding(KNOWN_WORDS, "copy", verdict.score, verdict.reason, verdict.reason)]


def _what(request: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked of a piece: the styles that rested then and its alt text are no part of it."""
    return {k: v for k, v in request.items() if k not in ("avoided", "captioned")}


def _persona(table: Mapping[str, Any]) -> Artist | None:
    """An artist as a recipe has it, what it does with copies aside; None for another haiga's."""
    plain = {key: value for key, value in table.items() if key != "gate"}
    try:
        return Artist.model_validate_json(json.dumps(plain))
    except ValidationError:
        return None


def with_findings(
    piece: Piece,
    judged: Judged,
    seed: int,
    refusals: Sequence[Refused],
    reason: str | None,
) -> Piece:
    """The piece with what the gates found among its verdicts and in its recipe.

    `seed` is what was asked for where `refusals` say that it was not taken; `reason` lets
    copies pass, and a piece that it let pass is another one than without it.
    """
    findings = judged.findings
    made = {
        **piece.recipe.get("made", {}),
        "originality": {
            "findings": [finding.table for finding in findings],
            "models": dict(judged.models),
        },
    }
    if refusals:
        made["redrawn"] = {"asked": seed, "refused": [each.table for each in refusals]}
    overrides = overridden(findings, reason) if reason is not None else []
    told = {**piece.recipe, "overrides": overrides}
    verdicts = [finding.verdict for finding in findings if finding.gate != KNOWN_WORDS]
    return replace(
        piece,
        id=value_digest(told)[: len(piece.id)] if overrides else piece.id,
        recipe={**told, "made": made},
        verdicts=(*piece.verdicts, *verdicts),
        seconds={**piece.seconds, "gate": round(judged.seconds, 4)},
    )


def refusals_told(refusals: Sequence[Refused]) -> str:
    """One sentence on why none of the seeds gave a piece."""
    last = refusals[-1]
    if len(refusals) == 1:
        return refused(last.copies, last.seed)
    return f"{len(refusals)} seeds gave copies, the last of them {refused(last.copies, last.seed)}"
