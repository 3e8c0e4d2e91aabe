"""Which poet a model asks for: the kind its folder tells, and the settings a user gives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haiga.core.config import Artist, Choice
from haiga.core.errors import UserError
from haiga.core.suggest import hint
from haiga.models.card import CARD
from haiga.models.store import Model, bundled_names, load_model

VOCABULARY = "vocabulary.json"


def with_poet(artist: Artist, model: str | None, settings: Mapping[str, Any]) -> Artist:
    """The artist with another poet, where a model is named, and with these settings of it.

    Raises `UserError` where there is no such poet.
    """
    if model is None:
        if not settings:
            return artist
        poet = Choice(use=artist.poet.use, settings={**artist.poet.settings, **settings})
    else:
        poet = Choice(use=poet_for(model), settings={"model": model, **settings})
    return artist.model_copy(update={"poet": poet})


def poet_for(name_or_dir: str) -> str:
    """The registered poet that writes with a model: `lm.v1` for one that `haiga train poet` made.

    Raises `UserError` where there is no such model or it is no poet's.
    """
    model = _loaded(name_or_dir)
    files = {file.name for file in model.card.files}
    if model.card.role == "poet" and VOCABULARY in files:
        table = model.json(VOCABULARY)
        kind = table.get("kind") if isinstance(table, dict) else None
        if kind == "lm":
            return "lm.v1"
        if kind in (None, "phrases") and "tables.safetensors" in files:
            return "lstm.v1"
    raise UserError(f"{name_or_dir}: is the model of a {model.card.role}, and no poet can use it")


def _loaded(name_or_dir: str) -> Model:
    if name_or_dir not in bundled_names():
        folder = Path(name_or_dir)
        if not folder.is_dir():
            poets = [name for name in bundled_names() if load_model(name).card.role == "poet"]
            known = hint(name_or_dir, poets, label="bundled poets")
            raise UserError(f"no poet named '{name_or_dir}', and no such folder; {known}")
        if not (folder / CARD).is_file():
            raise UserError(
                f"{folder}: holds no model ({CARD} is missing); `haiga train poet` makes one"
            )
    return load_model(name_or_dir)
