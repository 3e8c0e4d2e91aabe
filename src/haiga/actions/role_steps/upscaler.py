"""An upscaler as a step."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from haiga.actions.role_steps.making import Table, maker, one
from haiga.core.nouns import Picture, check_picture
from haiga.engine.plan import Work

SizePx = Annotated[int, Field(ge=64, le=8192)]


def upscaler(use: str, settings: Table, *, size_px: SizePx = 1024) -> Work:
    """A picture enlarged until its longer side has so many pixels."""

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("upscaler", use, settings).enlarge([inputs["picture"]], size_px=size_px)
        return check_picture(one(made), "enlarged picture")

    return work
