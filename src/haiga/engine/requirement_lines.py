"""Requirement lines of an environment: which are sound, which name a folder, what a lock is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlparse

from haiga.core.errors import UserError

_BY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*@\s*(\S+)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*([<>=!~;(].*)?")
_EXACT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*(===?\s*[^\s,;*]+|@\s*\S+)\s*(;|$)"
)
_LEFT_OUT = {".git", ".hg", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def check_requirements(lines: Sequence[str]) -> None:
    """Raises `UserError` for the first line that is no requirement or names a path not there."""
    for line in lines:
        if local_path(line) is not None:
            continue
        if line.startswith(("./", "../", "~", "-")) or not (
            _PLAIN.fullmatch(line.strip()) or _BY_NAME.match(line.strip())
        ):
            what = (
                "a path must be whole (begin with '/')"
                if line.startswith(("./", "../", "~"))
                else "it is no requirement such as 'numpy==1.26.4'"
            )
            raise UserError(f"the environment's requirement '{line}': {what}")


def lock_lines(lock: str) -> list[str]:
    """The exact requirements of a lock's text, sorted, with their hashes and without comments.

    Raises `UserError` for a text that is no such list, or a line that leaves the version open.
    """
    if re.search(r"^\s*(lock-version|\[\[package)", lock, re.M):
        raise UserError(
            "the environment's lock must be a list of exact requirements, one a line: for a "
            "uv.lock or pylock.toml write one with 'uv export --format requirements-txt'"
        )
    whole = re.sub(r"\\\s*\n", " ", lock)
    lines = [" ".join(re.split(r"(?:^|\s)#", line)[0].split()) for line in whole.splitlines()]
    lines = sorted(line for line in lines if line)
    for line in map(without_hashes, lines):
        if not _EXACT.match(line) and local_path(line) is None:
            raise UserError(
                f"the environment's lock: '{line}' names no exact version (such as 'numpy==1.26.4')"
            )
    return lines


def without_hashes(line: str) -> str:
    """A lock's line as a requirement."""
    return line.partition(" --hash")[0].strip()


def local_path(line: str) -> Path | None:
    """The folder or file that a requirement is, None for one that an index has.

    `UserError` where it is not there.
    """
    text = without_hashes(line).partition(" ;")[0].strip()
    named = _BY_NAME.match(text)
    place = named[2] if named else text
    if place.startswith("file:"):
        place = unquote(urlparse(place).path)
    elif not place.startswith("/"):
        return None
    place = re.sub(r"\[[^\]]*\]$", "", place)
    path = Path(place)
    if not path.exists():
        raise UserError(f"the environment's requirement '{line}': there is no {path}")
    return path


def package_name(line: str) -> str:
    """The name a requirement begins with; "" where it gives none (a bare path)."""
    named = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)", line.strip())
    return named[1] if named and not line.startswith("file:") else ""


def contents(lines: Iterable[str]) -> dict[str, str]:
    """For every line that is a path, the sha256 of what lies there: of all its files' names and
    bytes, in order, but not of what a version control or a Python run leaves there.
    """
    found: dict[str, str] = {}
    for line in lines:
        path = local_path(line)
        if path is not None:
            found[line] = _digest(path)
    return found


def _digest(path: Path) -> str:
    hasher = hashlib.sha256()
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        inside = file.relative_to(path).as_posix()
        if _LEFT_OUT.isdisjoint(inside.split("/")) and ".egg-info/" not in inside:
            hasher.update(f"{inside}\0{file.stat().st_size}\0".encode())
            hasher.update(file.read_bytes())
    return hasher.hexdigest()
