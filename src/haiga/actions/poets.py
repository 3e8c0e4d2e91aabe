"""Which poet a model asks for: the kind its folder tells, and the settings a user gives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haiga.core import registry
from haiga.core.config import Artist, Choice
from haiga.core.errors import UserError
from haiga.core.forms import Form
from haiga.models.card import CARD
from haiga.models.store import PLAN, Model, bundled_names, load_model

VOCABULARY = "vocabulary.json"
ANY, HAIKU = "lm.v1", "lstm.v1"
"""The poets of this house: one for every folder of `haiga train poet`, one for haiku."""


def with_poet(artist: Artist, model: str | None, settings: Mapping[str, Any]) -> Artist:
    """The artist with another poet, where a model is named, and with these settings of it.

    Raises `UserError` where there is no such poet, and where it has no such setting.
    """
    if model is None and not settings:
        return artist
    use = artist.poet.use if model is None else poet_for(model)
    _check_taken(use, settings)
    before = artist.poet.settings if model is None else {"model": model}
    poet = Choice(use=use, settings={**before, **settings})
    return artist.model_copy(update={"poet": poet})


def option_of(setting: str) -> str:
    """The option of the command line that gives a setting of a poet."""
    return "--quotation" if setting == "quotations" else f"--{setting.replace('_', '-')}"


def _check_taken(use: str, settings: Mapping[str, Any]) -> None:
    strange = [name for name in settings if not registry.takes("poet", use, name)]
    if strange:
        who = "the haiku poet" if use == HAIKU else f"poet '{use}'"
        options = " and no ".join(map(option_of, strange))
        raise UserError(f"{who} takes no {options}; `--with verse` does")


def check_poet(choice: Choice, form: Form | None = None) -> None:
    """Raises `UserError` now where a poet of this house cannot use the model it is given.

    With a form, also where that poet could not keep it.
    """
    name = choice.settings.get("model")
    if choice.use not in (ANY, HAIKU) or not isinstance(name, str):
        return
    use = poet_for(name)
    if use != choice.use:
        raise UserError(
            f"poet '{choice.use}': the model '{name}' is for {use}; write use = \"{use}\""
        )
    if form is not None and (form.is_counted or form.is_rhymed) and use == ANY:
        table = load_model(name).json(VOCABULARY)
        if table.get("level") == "char":
            from haiga.roles.poets.characters import no_counting

            raise UserError(no_counting(form))


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
            return ANY
        if kind in (None, "phrases") and "tables.safetensors" in files:
            return HAIKU
    raise UserError(f"{name_or_dir}: is the model of a {model.card.role}, and no poet can use it")


def _loaded(name_or_dir: str) -> Model:
    folder = Path(name_or_dir)
    own = name_or_dir not in bundled_names() and folder.is_dir()
    if own and not (folder / CARD).is_file() and not (folder / PLAN).is_file():
        raise UserError(
            f"{folder}: holds no model ({CARD} is missing); `haiga train poet` makes one"
        )
    return load_model(name_or_dir, role="poet")
