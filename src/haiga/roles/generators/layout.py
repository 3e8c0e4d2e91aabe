"""What a generator's network takes in: the size of its latent, its labels, its named codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.core.errors import BadModel, UserError
from haiga.core.suggest import hint
from haiga.models.card import AGAIN
from haiga.models.store import Model

LAYOUT = "layout.json"
OWN_DECODER, PAINTERS_DECODER = "own", "painter:"
FURTHEST = 3.0
"""The furthest a number code may be turned; it learned from -1 to 1."""
_FROZEN = ConfigDict(frozen=True, extra="ignore")

CodeValue = int | float
Codes = Mapping[str, CodeValue]


class Code(BaseModel):
    """One named code: a `category` of `size` kinds, or a `number` it learned from -1 to 1."""

    model_config = _FROZEN
    name: str = Field(min_length=1)
    kind: Literal["category", "number"]
    size: int = Field(ge=1)

    @property
    def told(self) -> str:
        """What a value looks like."""
        if self.kind == "category":
            return f"a whole number from 0 to {self.size - 1}"
        return f"a number from {-FURTHEST:g} to {FURTHEST:g}"

    def values(self, value: CodeValue) -> npt.NDArray[np.float32]:
        """(size,) float32 as the network takes it; UserError for a value that cannot be."""
        if self.kind == "category":
            if value != int(value) or not 0 <= value < self.size:
                raise UserError(f"codes: {self.name} is {self.told}, not {value:g}")
            chosen = np.zeros(self.size, np.float32)
            chosen[int(value)] = 1
            return chosen
        if not abs(value) <= FURTHEST:
            raise UserError(f"codes: {self.name} is {self.told}, not {value:g}")
        return np.full(self.size, value, np.float32)

    def drawn(self, rng: np.random.Generator) -> CodeValue:
        """A value as it came in training."""
        if self.kind == "category":
            return int(rng.integers(self.size))
        return round(float(rng.uniform(-1, 1)), 4)


class Layout(BaseModel):
    """The inputs of a generator's network; `recipe` says what trained it.

    `decoder` says what turns its latents into pixels: nothing where it makes pixels itself,
    `own` for a `decoder.onnx` beside it, or `painter:SHA256` for the bundled painter's.
    """

    model_config = _FROZEN
    kind: Literal["generator"]
    recipe: str = ""
    size_px: int = Field(ge=4, le=2048)
    latent: int = Field(ge=1, le=65536)
    labels: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    decoder: str = ""

    def label_number(self, label: str) -> int:
        """The place of a label, case aside; UserError names near ones."""
        if not self.labels:
            raise UserError(f"label '{label}': this generator has no labels; leave --label out")
        lower = [name.casefold() for name in self.labels]
        if label in self.labels:
            return self.labels.index(label)
        if label.casefold() in lower:
            return lower.index(label.casefold())
        raise UserError(f"no label '{label}'; {hint(label, self.labels, label='labels')}")

    def check_codes(self, codes: Codes) -> None:
        """UserError for a code that is not there, or a value it cannot take."""
        known = {code.name: code for code in self.codes}
        for name, value in codes.items():
            if not known:
                raise UserError(f"code '{name}': this generator has no codes; leave --codes out")
            if name not in known:
                raise UserError(f"no code '{name}'; {hint(name, known, label='codes')}")
            known[name].values(value)


def read_layout(model: Model) -> Layout:
    """The layout of a generator's model; BadModel when it does not serve."""
    values: Any = model.json(LAYOUT)
    try:
        return Layout.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "it"
        raise BadModel(
            f"{model.folder / LAYOUT}: {key}: {first['msg'].lower()}; {AGAIN}"
        ) from error


def paired(what: str, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    """One value a seed: those given, or None for each; UserError when they are not as many."""
    if values is None:
        return [None] * count
    if len(values) != count:
        raise UserError(f"generate: {count} seeds and {len(values)} {what} do not pair up")
    return values
