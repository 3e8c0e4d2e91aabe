"""Model cards: what a model's files are, whose work they learned from, how good they are.

A card is `card.toml` beside the files it describes.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.core.errors import BadModel
from haiga.core.toml_lines import parse

CARD = "card.toml"
AGAIN = "train the model or copy its folder again"
"""What mends a model of one's own."""
_FROZEN = ConfigDict(frozen=True, extra="forbid")

Figure = int | float | str


class ModelFile(BaseModel):
    """One file of a model: its name, its sha256 and its size in bytes."""

    model_config = _FROZEN
    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class TrainingData(BaseModel):
    """One source a model learned from: how many items, their licence and whom to credit."""

    model_config = _FROZEN
    name: str
    items: int = Field(ge=0)
    licence: str
    credit: str = ""


class ModelCard(BaseModel):
    """What is known of a model; `recipe` is the command that made it, `commit` its code."""

    model_config = _FROZEN
    name: str
    role: str
    title: str
    about: str
    licence: str
    origin: str
    recipe: str
    commit: str = ""
    created: str
    files: tuple[ModelFile, ...] = Field(min_length=1)
    data: tuple[TrainingData, ...] = ()
    quality: Mapping[str, Figure] = {}
    parity: Mapping[str, Figure] = {}


def write_card(
    folder: str | Path,
    *,
    name: str,
    role: str,
    title: str,
    about: str,
    licence: str,
    origin: str,
    recipe: str,
    files: Sequence[str],
    data: Sequence[Mapping[str, Any]] = (),
    quality: Mapping[str, Figure] | None = None,
    parity: Mapping[str, Figure] | None = None,
    commit: str = "",
    created: str | None = None,
) -> ModelCard:
    """Measure the named files in a folder and write its card; `created` is today unless given.

    Each item of `data` has the keys of `TrainingData`. Raises BadModel when a
    file is not there or a value does not fit.
    """
    folder = Path(folder)
    measured = []
    for file in files:
        path = folder / file
        if not path.is_file():
            raise BadModel(f"{path}: there is no such file to describe")
        measured.append({"name": file, "sha256": sha256(path), "bytes": path.stat().st_size})
    values: dict[str, Any] = {
        "name": name,
        "role": role,
        "title": title,
        "about": about,
        "licence": licence,
        "origin": origin,
        "recipe": recipe,
        "commit": commit,
        "created": created or datetime.date.today().isoformat(),
        "files": measured,
        "data": [dict(source) for source in data],
        "quality": dict(quality or {}),
        "parity": dict(parity or {}),
    }
    card = _checked(values, folder / CARD)
    (folder / CARD).write_text(_toml(values), encoding="utf-8")
    return card


def read_card(folder: str | Path) -> ModelCard:
    """The card of a folder of model files; BadModel when it is missing or says too little."""
    path = Path(folder) / CARD
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadModel(f"{path}: there is no model card") from error
    except UnicodeDecodeError as error:
        raise BadModel(f"{path}: is not text in UTF-8; {AGAIN}") from error
    except OSError as error:
        raise BadModel(f"{path}: cannot be read: {error.strerror}") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, sentence = next(iter(parse(text)[1]), (None, str(error)))
        place = line or len(text.splitlines())
        raise BadModel(f"{path}:{place}: is no TOML: {sentence.lower()}; {AGAIN}") from error
    if not values:
        raise BadModel(f"{path}: is empty; {AGAIN}")
    return _checked(values, path)


def sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(values: Mapping[str, Any], path: Path) -> ModelCard:
    try:
        return ModelCard.model_validate(values)
    except ValidationError as error:
        told = [(".".join(map(str, e["loc"])), e) for e in error.errors(include_url=False)]
        lacks = ", ".join(key for key, e in told if e["type"] == "missing")
        wrong = [f"{key}: {e['msg'].lower()}" for key, e in told if e["type"] != "missing"]
        faults = "; ".join([f"lacks {lacks}"] * bool(lacks) + wrong)
        raise BadModel(f"{path}: {faults}; {AGAIN}") from error


def _toml(values: Mapping[str, Any]) -> str:
    plain = {k: v for k, v in values.items() if not isinstance(v, dict | list)}
    parts = [_pairs(plain)]
    for key in ("files", "data"):
        parts += [f"[[{key}]]\n{_pairs(table)}" for table in values[key]]
    parts += [f"[{key}]\n{_pairs(values[key])}" for key in ("quality", "parity") if values[key]]
    return "\n".join(parts)


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else _value(key)


def _value(value: Figure | Iterable[Any]) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()  # also right for inf and nan
    # JSON's string escapes are TOML's too, but for DEL, which JSON leaves bare
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
