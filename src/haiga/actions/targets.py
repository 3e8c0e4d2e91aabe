"""Where a picture is to be written: looked at before any work is done."""

from __future__ import annotations

import os
from pathlib import Path

from haiga.core.errors import HaigaError, UserError
from haiga.media.recipe import read_recipe
from haiga.models.card import read_card


def check_target(path: Path) -> Path:
    """The path, if a PNG can be written there; otherwise `UserError` says why not.

    A picture of haiga's may be replaced, any other file not; a folder that is not
    there is never made.
    """
    if path.is_dir():
        raise UserError(f"{path}: is a folder; give the name of a .png file in it")
    if path.suffix.lower() != ".png":
        raise UserError(f"{path}: haiga writes PNG files; end the name in .png")
    folder = path.parent
    if not folder.is_dir():
        raise UserError(f"{path}: the folder {folder} does not exist; make it first")
    if not os.access(folder, os.W_OK):
        raise UserError(f"{path}: the folder {folder} may not be written to; choose another")
    if path.exists() and not _is_ours(path):
        raise UserError(f"{path}: is there already, and haiga did not make it; choose another name")
    return path


def _is_ours(path: Path) -> bool:
    """Whether a file is a PNG that carries a haiga recipe."""
    try:
        return bool(read_recipe(path))
    except HaigaError:
        return False


def check_targets(out: Path, seeds: range) -> list[Path]:
    """One path per seed: `out` itself, or `<seed>.png` in `out` where that is a folder.

    Several pictures need a folder; it is made here if only its last part is
    missing. Raises `UserError` as `check_target` does.
    """
    if len(seeds) > 1 and not out.is_dir():
        if out.exists() or out.suffix:
            raise UserError(f"{out}: {len(seeds)} pictures need a folder, and this is not one")
        if not out.parent.is_dir():
            raise UserError(f"{out}: the folder {out.parent} does not exist; make it first")
        try:
            out.mkdir(exist_ok=True)
        except OSError as error:
            raise UserError(f"{out}: cannot be made: {error.strerror}; choose another") from error
    if out.is_dir():
        return [check_target(out / f"{seed}.png") for seed in seeds]
    return [check_target(out)]


def check_not_input(out: Path, *inputs: Path) -> None:
    """Refuse an output that would replace its own input: haiga loses nothing of yours."""
    for path in inputs:
        if out.exists() and path.exists() and out.samefile(path):
            raise UserError(f"{out}: is the input itself; give the result another name")


def check_bank_target(out: Path) -> None:
    """Refuse a folder for a style bank that holds anything but a style bank."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; give the name of a folder for the bank")
    if not out.is_dir() or not any(out.iterdir()):
        return
    try:
        ours = read_card(out).role == "stylist"
    except HaigaError:
        ours = False
    if not ours:
        raise UserError(f"{out}: holds other files; give a new folder for the bank")
