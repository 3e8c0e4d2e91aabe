"""What a classifier's network is made for: its classes, its size, and when it says neither."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.core.errors import BadModel
from haiga.models.card import AGAIN
from haiga.models.store import Model

LAYOUT = "layout.json"


class Layout(BaseModel):
    """`classes` in the order of the probabilities; `size_px` the side of what the network sees.

    A picture whose `known` is under `reject` belongs to none of the classes: of pictures of
    the classes that is the share `reject`. `net` names the network's making, `neither` how
    unlikeness is measured, `version` this layout's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(default=1, ge=1, le=1)
    classes: tuple[str, ...] = Field(min_length=2)
    size_px: int = Field(ge=16, le=512)
    reject: float = Field(ge=0, le=0.9)
    net: str
    neither: str


def read_layout(model: Model) -> Layout:
    """The layout in a model's folder; BadModel where it says too little."""
    value: Any = model.json(LAYOUT)
    try:
        return Layout.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise BadModel(
            f"{model.folder / LAYOUT}: {key}: {first['msg'].lower()}; {AGAIN}"
        ) from error
