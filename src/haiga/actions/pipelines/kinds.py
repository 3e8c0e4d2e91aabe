"""What steps hand each other, and the file that any program reads of each."""

from __future__ import annotations

import dataclasses
import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from haiga.core.errors import BadPicture, HaigaError
from haiga.core.nouns import Mood, Picture, Poem, Style, check_picture
from haiga.engine.kinds import Kind
from haiga.media.picture_listing import SUFFIXES as PICTURE_SUFFIXES

MOST_PIXELS = 64_000_000
T = TypeVar("T")


def _picture_fault(value: Any) -> str:
    try:
        check_picture(value, "")
    except BadPicture as error:
        return str(error).removeprefix(": ")
    return ""


def _write_picture(value: Picture) -> bytes:
    from haiga.media.pictures import encode_png

    return encode_png(value)


def _read_picture(data: bytes) -> Picture:
    from PIL import Image

    from haiga.media.pictures import FORMATS, upright_srgb

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"has more than {MOST_PIXELS:,} pixels")
                return upright_srgb(image, Path("picture"))
    except (ValueError, HaigaError):
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on a damaged file
        raise ValueError("is not a picture haiga reads") from error


def _poem_fault(value: Any) -> str:
    if not isinstance(value, Poem):
        return _instead(value, "a poem")
    return "" if any(line.strip() for line in value.lines) else "is a poem without a word"


def _write_poem(value: Poem) -> bytes:
    return (value.text + "\n").encode()


def _read_poem(data: bytes) -> Poem:
    """Lines of text, or a JSON object with `lines` and, where it likes, `form` and the rest."""
    text = _decoded(data)
    if text.lstrip().startswith("{"):
        table = _parsed(text)
        lines = table.get("lines")
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise ValueError("is JSON without a list of lines")
        known = {k: v for k, v in table.items() if k in ("form", "language", "author", "details")}
        poem = Poem(tuple(lines), **known)
    else:
        poem = Poem(tuple(line.rstrip() for line in text.strip("\n").splitlines()))
    if fault := _poem_fault(poem):
        raise ValueError(fault)
    return poem


def _text_fault(value: Any) -> str:
    return "" if isinstance(value, str) else _instead(value, "text")


def _read_text(data: bytes) -> str:
    return _decoded(data).removesuffix("\n")


def _json_fault(value: Any) -> str:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return _instead(value, "plain values")
    return ""


def _write_json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    return (text + "\n").encode()


def _file_fault(value: Any) -> str:
    return "" if isinstance(value, bytes) else _instead(value, "the bytes of a file")


def _of(kind: type[T]) -> Kind:
    """The kind of a dataclass: a JSON object with its fields."""
    name = kind.__name__.lower()

    def fault(value: Any) -> str:
        return "" if isinstance(value, kind) else _instead(value, f"a {name}")

    def write(value: Any) -> bytes:
        return _write_json(dataclasses.asdict(value))

    def read(data: bytes) -> T:
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(kind).validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise ValueError(f"is no {name}: {where}: {first['msg'].lower()}") from error

    return Kind(name, ".json", fault, write, read)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError("is not text in UTF-8") from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"is no whole JSON: {error}") from error


def _instead(value: Any, wanted: str) -> str:
    return f"is a {type(value).__name__}, not {wanted}"


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("picture", ".png", _picture_fault, _write_picture, _read_picture),
        Kind("poem", ".txt", _poem_fault, _write_poem, _read_poem),
        Kind("text", ".txt", _text_fault, lambda value: f"{value}\n".encode(), _read_text),
        _of(Mood),
        _of(Style),
        Kind("json", ".json", _json_fault, _write_json, lambda data: _parsed(_decoded(data))),
        Kind("file", ".bin", _file_fault, bytes, bytes),
    )
}
"""Every kind by its name.

A picture's file is a PNG without loss; a poem's is its lines as text, and a program may give one
back as lines or as a JSON object with `lines`, `form`, `author`; `file` is any bytes at all.
"""

ACCEPTS: Mapping[str, tuple[str, ...]] = {"poem": ("text",), "text": ("poem",)}
"""What else serves where a kind is wanted."""


def fits(kind: str, wanted: tuple[str, ...]) -> bool:
    """Whether a value of a kind serves where one of those is wanted; an unknown kind may."""
    return not kind or not wanted or any(kind == w or kind in ACCEPTS.get(w, ()) for w in wanted)


def kind_of_file(path: Path) -> str:
    """The kind of value in a file, by how its name ends."""
    suffix = path.suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return "picture"
    return {".txt": "text", ".md": "text", ".json": "json"}.get(suffix, "file")
