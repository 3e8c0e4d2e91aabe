"""The two sides of the line: who paints and who says what is seen, by name or by model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from haiga.actions.painters import painter_for
from haiga.core import registry
from haiga.core.config import Choice
from haiga.core.errors import UserError
from haiga.core.roles import Captioner, Painter
from haiga.models.card import CARD
from haiga.models.store import Model, bundled_names, load_model


class Side(BaseModel):
    """A painter or captioner of a game: its registered name, settings and models' sha256.

    `name` is what it is called where games are compared.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    use: str
    settings: dict[str, Any] = {}
    models: dict[str, str] = {}


def painter_sides(named: Sequence[str], default: Choice) -> list[Side]:
    """The painters asked for, each a registered name, a bundled model or a folder, in order.

    The artist's own where none is asked for. Raises `UserError` for one that is not there,
    or is named twice.
    """
    if not named:
        model = default.settings.get("model")
        return [Side(name=_short(str(model or default.use)), use=default.use,
                     settings=dict(default.settings))]  # fmt: skip
    _refuse_twice("--painter", named)
    sides = []
    for name in named:
        if name in registry.names("painter"):
            sides.append(Side(name=name, use=name))
        else:
            settings = {"model": _placed(name)}
            sides.append(Side(name=_short(name), use=painter_for(name), settings=settings))
    return _told_apart(sides)


def captioner_sides(named: Sequence[str], temperature: float | None) -> list[Side]:
    """The captioners asked for, as `painter_sides`; a bundled one where none is asked for.

    `temperature` is given to each that has it; `UserError` where one has not.
    """
    _refuse_twice("--captioner", named)
    sides = [_captioner(name) for name in named or [_default_captioner()]]
    if temperature is None:
        return _told_apart(sides)
    if not math.isfinite(temperature):
        raise UserError(f"--temperature: must be a number, 0 or more, not {temperature}")
    warm = []
    for side in sides:
        if not registry.takes("captioner", side.use, "temperature"):
            raise UserError(f"--temperature: the captioner '{side.name}' has none; leave it out")
        warm.append(side.model_copy(update={
            "settings": {**side.settings, "temperature": float(temperature)}}))  # fmt: skip
    return _told_apart(warm)


def make_painter(side: Side) -> tuple[Painter, Side]:
    """The painter of a side, and the side with its models as they are now."""
    painter = registry.make("painter", side.use, side.settings)
    return painter, side.model_copy(update={"models": dict(painter.models)})


def make_captioner(side: Side) -> tuple[Captioner, Side]:
    """The captioner of a side, and the side with its models as they are now."""
    captioner = registry.make("captioner", side.use, side.settings)
    return captioner, side.model_copy(update={"models": dict(captioner.models)})


def changed_models(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of model files that are not those of then."""
    return sorted(n for n in {*was, *now} if was.get(n) != now.get(n))


def _captioner(name: str) -> Side:
    if name in registry.names("captioner"):
        return Side(name=name, use=name)
    folder = Path(name)
    if name not in bundled_names() and not folder.is_dir():
        known = [*_bundled_captioners(), *registry.names("captioner")]
        raise UserError(
            f"no captioner named '{name}', and no such folder; known: {', '.join(known) or 'none'}"
        )
    model = load_model(name, role="captioner")
    if model.card.role != "captioner":
        raise UserError(
            f"{name}: is the model of a {model.card.role} ({CARD}), and no captioner can use it"
        )
    return Side(name=_short(name), use=_reader_of(model), settings={"model": _placed(name)})


def _reader_of(model: Model) -> str:
    """The registered captioner that reads a model of this kind."""
    able = [n for n in registry.names("captioner") if registry.takes("captioner", n, "model")]
    if not able:
        raise UserError(f"{model.folder}: no captioner that is installed reads models")
    return able[0]


def _bundled_captioners() -> list[str]:
    return [n for n in bundled_names() if load_model(n).card.role == "captioner"]


def _default_captioner() -> str:
    known = [*_bundled_captioners(), *registry.names("captioner")]
    if not known:
        raise UserError("no captioner is installed; name one by --captioner")
    return known[0]


def _placed(name: str) -> str:
    return name if name in bundled_names() else str(Path(name).resolve())


def _short(name: str) -> str:
    return name if name in bundled_names() else Path(name).name or name


def _refuse_twice(option: str, named: Sequence[str]) -> None:
    twice = [name for name in named if list(named).count(name) > 1]
    if twice:
        raise UserError(f"{option}: '{twice[0]}' is named twice")


def _told_apart(sides: list[Side]) -> list[Side]:
    """The sides with names that differ: two folders may end alike."""
    names = [side.name for side in sides]
    return [
        side
        if names.count(side.name) == 1
        else side.model_copy(update={"name": f"{side.name} {names[: i + 1].count(side.name)}"})
        for i, side in enumerate(sides)
    ]
