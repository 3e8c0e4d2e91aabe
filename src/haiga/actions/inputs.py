"""Files a recipe depends on: named by their digests, and found again when it is replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.core.errors import HaigaError, UserError
from haiga.core.nouns import Picture
from haiga.media.pictures import picture_digest, read_picture


@dataclass(frozen=True)
class PictureInput:
    """A picture read from a file; a recipe remembers its name without folders and its digest."""

    path: Path
    picture: Picture

    def table(self) -> dict[str, str]:
        return {"name": self.path.name, "pixels": picture_digest(self.picture)}


def read_input(path: Path) -> PictureInput:
    """Read a picture that something is to be made of; raises `BadPicture`."""
    return PictureInput(path, read_picture(path))


def find_input(entry: Any, beside: Path) -> Picture:
    """The picture that a recipe was made of, looked for beside its result and in this folder.

    Raises `UserError` when it is not there, or there with other pixels.
    """
    return read_picture(find_input_file(entry, beside))


def find_input_file(entry: Any, beside: Path) -> Path:
    """The file of the picture that a recipe was made of, with its pixels as they were then.

    Raises `UserError` as `find_input` does.
    """
    if not isinstance(entry, Mapping) or not {"name", "pixels"} <= set(entry):
        raise UserError("the recipe does not say which picture it was made of")
    name = Path(str(entry["name"])).name
    wanted = str(entry["pixels"])
    changed: Path | None = None
    for folder in dict.fromkeys((beside.parent, Path.cwd())):
        path = folder / name
        if not path.is_file():
            continue
        try:
            picture = read_picture(path)
        except HaigaError:
            changed = path
            continue
        if picture_digest(picture) == wanted:
            return path
        changed = path
    if changed is not None:
        raise UserError(f"input {changed}: its pixels are not those the recipe names")
    raise UserError(
        f"input {name}: is missing; put it beside {beside.name} (pixels sha256 {wanted[:12]}…)"
    )
