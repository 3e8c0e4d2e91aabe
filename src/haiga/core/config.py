"""Artists: a persona read from one TOML file, with every fault told at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.core import registry
from haiga.core.errors import UserError
from haiga.core.moods import MOODS
from haiga.core.suggest import hint
from haiga.core.toml_lines import key_lines, parse

ARTISTS = Path(__file__).parent.parent / "artists"
MODELS = Path(__file__).parent.parent / "models" / "bundled"
CARD = "card.toml"
FROM_POEM = "from-poem"
FROM_PICTURE = "from-picture"
RANDOM = "random"
MODES = (FROM_POEM, FROM_PICTURE, RANDOM)
"""Ways of coming to a mood; a mood's own name is always that one."""
MOST_CANDIDATES = 64


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Choice(_Section):
    """Which implementation fills a role, by its registered name, and its settings."""

    use: str
    settings: Mapping[str, Any] = {}


class PainterChoice(Choice):
    """How many pictures the painter makes of a poem, 1 to 64; a critic keeps the best match."""

    candidates: int = Field(default=1, ge=1, le=MOST_CANDIDATES)


class MoodChoice(Choice):
    """How moods are chosen: `from-poem`, `from-picture`, `random`, or always one mood.

    `from-picture` reads the finished painting, so that it gets a style that suits it.
    `moods` are those allowed; none named means all.
    """

    mode: str = FROM_POEM
    moods: tuple[str, ...] = ()


class StylistChoice(Choice):
    """How strongly styles are applied, in [0, 1], and for how many pieces a used one rests."""

    strength: float = Field(default=0.6, ge=0.0, le=1.0)
    rest: int = Field(default=12, ge=0, le=10_000)


class UpscalerChoice(Choice):
    """The longer side of the finished painting, in pixels."""

    size_px: int = Field(default=1024, ge=64, le=8192)


class SheetChoice(Choice):
    """How the sheet is laid out, and the one to four characters of the seal on it."""

    use: str = "page.v1"
    seal: str = Field(default="俳", min_length=1, max_length=4)


class GateChoice(_Section):
    """What is done with a piece that is a copy: `refuse` it, or `redraw` from other seeds.

    `tries` is how many further seeds are drawn from at most, 1 to 20; the recipe names them.
    """

    on_copy: Literal["refuse", "redraw"] = "refuse"
    tries: int = Field(default=3, ge=1, le=20)


class Artist(_Section):
    """A persona: who, which maker fills each role, which moods, how the sheet looks."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\r\n]+$")
    about: str = ""
    statement: str = ""
    poet: Choice
    painter: PainterChoice
    mood: MoodChoice
    stylist: StylistChoice
    upscaler: UpscalerChoice
    sheet: SheetChoice = SheetChoice()
    gate: GateChoice = GateChoice()


SECTIONS: Mapping[str, type[Choice]] = {
    "poet": Choice,
    "painter": PainterChoice,
    "mood": MoodChoice,
    "stylist": StylistChoice,
    "upscaler": UpscalerChoice,
    "sheet": SheetChoice,
}


def artist_names() -> list[str]:
    """The artists inside the package, sorted."""
    return sorted(path.stem for path in ARTISTS.glob("*.toml"))


def load_artist(name_or_path: str | Path) -> Artist:
    """A bundled artist by its name, or the artist in a TOML file.

    A model's folder is looked for beside the file first and then in the working folder;
    the artist has its whole path, which recipes keep.
    Raises UserError when there is none; when the file is at fault, the message
    has one line for every fault: file, line, key and what to do.
    """
    given = str(name_or_path)
    if given in artist_names():
        return read_artist(ARTISTS / f"{given}.toml")
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.exists():
        return read_artist(path)
    known = hint(given, artist_names(), label="artists")
    raise UserError(f"no artist named '{given}'; {known}")


def read_artist(path: Path) -> Artist:
    """The artist in a TOML file; UserError with all its faults."""
    text = _text(path)
    values, broken = parse(text)
    if broken:
        raise UserError("\n".join(_told(path, "", sentence, line) for line, sentence in broken))
    faults = [*_placed(values, path.parent), *_faults(values)]
    if faults:
        lines = key_lines(text)
        faults.sort(key=lambda fault: fault.line(lines) or 0)
        raise UserError("\n".join(_told(path, f.key, f.sentence, f.line(lines)) for f in faults))
    nested = {k: _nested(k, v) for k, v in values.items()}
    return Artist.model_validate_json(json.dumps(nested, default=str))


@contextmanager
def told_by_line(artist: str | Path) -> Iterator[None]:
    """Let an error about a setting of an artist's file name the file, the line and the key.

    For what only the maker itself can judge, such as a temperature that it does not go up to.
    """
    try:
        yield
    except UserError as error:
        path = Path(artist)
        if str(artist) in artist_names() or not path.is_file():
            raise
        lines = key_lines(_text(path))
        told = [_with_line(path, lines, sentence) for sentence in str(error).splitlines()]
        raise type(error)("\n".join(told)) from error


def _with_line(path: Path, lines: Mapping[str, int], sentence: str) -> str:
    """The sentence as it is, or with its place where it begins with a setting of the file."""
    setting, _, fault = sentence.partition(": ")
    keys = [setting] if "." in setting else [f"{section}.{setting}" for section in SECTIONS]
    found = [key for key in keys if key in lines]
    return _told(path, found[0], fault, lines[found[0]]) if len(found) == 1 and fault else sentence


@dataclass(frozen=True)
class _Fault:
    key: str  # dotted path
    sentence: str

    def line(self, lines: Mapping[str, int]) -> int | None:
        """The line of the key, or else of the table it belongs in."""
        return lines.get(self.key) or lines.get(self.key.rpartition(".")[0])


def _faults(values: Mapping[str, Any]) -> Iterator[_Fault]:
    """Everything wrong with the values of an artist's file."""
    tables = {k: v for k, v in values.items() if k in SECTIONS and isinstance(v, dict)}
    nested = {k: _nested(k, v) for k, v in values.items()}
    try:
        Artist.model_validate_json(json.dumps(nested, default=str))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            yield _from_pydantic(fault)
    for section, table in tables.items():
        yield from _setting_faults(section, table)
    yield from _mood_faults(tables.get("mood", {}))


def _placed(values: Mapping[str, Any], beside: Path) -> Iterator[_Fault]:
    """Puts the whole path of its folder for every model that has no bundled name.

    Yields a fault for each that is nowhere. Only for makers of haiga's own: what
    another's `model` means, its maker knows.
    """
    for section, table in values.items():
        name = table.get("model") if section in SECTIONS and isinstance(table, dict) else None
        if not isinstance(name, str) or not _is_own(section, table.get("use")):
            continue
        if (MODELS / name / CARD).is_file():
            continue
        found = [folder for folder in (beside / name, Path(name)) if name and folder.is_dir()]
        if found:
            table["model"] = str(found[0].resolve())
            continue
        known = hint(name, _models_of(section), label="bundled")
        sentence = f"no {section}'s model named '{name}', and no such folder beside this file"
        yield _Fault(f"{section}.model", f"{sentence}; {known}")


def _is_own(section: str, use: Any) -> bool:
    try:
        return isinstance(use, str) and registry.factory(section, use).__module__.startswith(
            "haiga."
        )
    except UserError:
        return False  # told with the other faults


def _models_of(section: str) -> list[str]:
    """The bundled models for a role."""
    cards = {card.parent.name: tomllib.loads(card.read_text()) for card in MODELS.glob(f"*/{CARD}")}
    return sorted(name for name, card in cards.items() if card["role"] == section)


def _nested(section: str, value: Any) -> Any:
    """A section with the keys that belong to its maker moved under `settings`."""
    if section not in SECTIONS or not isinstance(value, dict):
        return value
    own = _own_keys(section)
    nested = {k: v for k, v in value.items() if k in own}
    nested["settings"] = {k: v for k, v in value.items() if k not in own}
    return nested


def _own_keys(section: str) -> set[str]:
    return set(SECTIONS[section].model_fields) - {"settings"}


def _from_pydantic(fault: Any) -> _Fault:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        section, _, own = key.rpartition(".")
        known = (GateChoice if section == "gate" else Artist).model_fields
        return _Fault(key, "no such key; " + hint(own, known, label="known"))
    if fault["type"] == "missing":
        table = key in SECTIONS
        return _Fault(key, f"the table [{key}] is missing" if table else "is missing")
    return _Fault(key, registry.fault_sentence(fault))


def _setting_faults(section: str, table: Mapping[str, Any]) -> Iterator[_Fault]:
    """Faults in the choice of a maker and in the settings it is given."""
    use = table.get("use", SECTIONS[section].model_fields["use"].default)
    if not isinstance(use, str):
        return  # missing or of a wrong type: told already
    own = _own_keys(section)
    settings = {k: v for k, v in table.items() if k not in own}
    try:
        faults = registry.setting_faults(section, use, settings, also_known=own)
    except UserError as error:
        yield _Fault(f"{section}.use", str(error))
        return
    for key, sentence in faults.items():
        yield _Fault(f"{section}.{key}" if key else section, sentence)


def _mood_faults(table: Mapping[str, Any]) -> Iterator[_Fault]:
    mode, moods = table.get("mode", FROM_POEM), table.get("moods", [])
    allowed = moods if isinstance(moods, list) else []
    for mood in allowed:
        if isinstance(mood, str) and mood not in MOODS:
            yield _Fault("mood.moods", f"no mood named '{mood}'; {hint(mood, MOODS)}")
    if not isinstance(mode, str) or mode in MODES:
        return
    if mode not in MOODS:
        modes = hint(mode, [*MODES, *MOODS])
        yield _Fault("mood.mode", f"no mood or mode named '{mode}'; {modes}")
    elif allowed and mode not in allowed:
        yield _Fault("mood.mode", f"'{mode}' is not among the moods allowed in mood.moods")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def _told(path: Path, key: str, sentence: str, line: int | None) -> str:
    place = f"{path}:{line}" if line else str(path)
    return f"{place}: {key}: {sentence}" if key else f"{place}: {sentence}"
