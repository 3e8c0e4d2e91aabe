"""The two halves of a piece as steps that any process can run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from haiga.actions.compose import Request, enlarge_begun, plan_beginning
from haiga.actions.create import finish_piece
from haiga.actions.makers import Makers
from haiga.actions.recipe import digest
from haiga.core.config import Artist
from haiga.core.nouns import Piece
from haiga.engine import local
from haiga.engine.plan import Work

BEGIN = "haiga.actions.piece_steps:begin"
FINISH = "haiga.actions.piece_steps:finish"


def begin(artist: Mapping[str, Any], request: Mapping[str, Any]) -> Work:
    """Poem, mood and painting of the piece of a seed: a `local.Run`, not enlarged yet."""
    makers = _makers(json.dumps(artist))
    plan = plan_beginning(makers, Request(**request), enlarged=False)

    def work(inputs: Mapping[str, Any], seed: int) -> local.Run:
        return local.run(plan, seed, digest=digest)

    return work


def finish(artist: Mapping[str, Any], request: Mapping[str, Any]) -> Work:
    """A whole `Piece` out of what `begin` and the studio's gate gave.

    Its input `passed` is a table: `run` (the beginning), `seed` (that of the piece, which is
    another than asked for where it was drawn anew) and `avoided` (the styles that rest); or
    nothing, where the studio holds the piece, and then nothing is made.
    """
    makers = _makers(json.dumps(artist))

    def work(inputs: Mapping[str, Any], seed: int) -> Piece | None:
        passed = inputs["passed"]
        if passed is None:
            return None
        asked = Request(**{**request, "avoided": tuple(passed["avoided"])})
        beginning = enlarge_begun(makers, passed["seed"], passed["run"])
        return finish_piece(makers, asked, passed["seed"], beginning)

    return work


@lru_cache(maxsize=2)
def _makers(artist: str) -> Makers:
    """The makers of an artist, one set for both halves, so that no model is loaded twice."""
    return Makers(Artist.model_validate_json(artist))
