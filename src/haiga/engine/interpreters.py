"""Which Python an environment stands on: found among those installed, never downloaded."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from haiga.core.errors import UserError
from haiga.engine.uv import run_uv

_VERSION = re.compile(r"\d+(\.\d+){0,2}")
_ASK = "import platform; print(platform.python_version())"


OLDEST = (3, 8)
"""No step runs on a Python before this one."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that is installed here: its file and its exact version ("3.12.1")."""

    path: Path
    version: str


def find_interpreter(version: str, home: Path) -> Interpreter:
    """The installed Python of a version ("3.12", "3.12.1"; "" is haiga's own).

    Asked in this order: haiga's own, what was found last time (kept under `home`), what
    uv finds, and pyenv's folders, whose shims on PATH do not run by themselves. Raises
    `UserError` with one sentence that names what is installed where none fits.
    """
    own = platform.python_version()
    if not version or _fits(own, version):
        return Interpreter(Path(getattr(sys, "_base_executable", "") or sys.executable), own)
    if not _VERSION.fullmatch(version):
        raise UserError(
            f"an environment's Python is a version such as '3.12', and '{version}' is none"
        )
    if is_too_old(version):
        raise UserError(too_old(version))
    memory = home / "interpreters" / f"{version}.json"
    found = _remembered(memory)
    if found is None:
        found = _found(version, home)
        memory.parent.mkdir(parents=True, exist_ok=True)
        table = {"path": str(found.path), "version": found.version, "as": _identity(found.path)}
        aside = memory.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(table), "utf-8")
        aside.replace(memory)
    return found


def too_old(version: str) -> str:
    """What is said of a Python before the oldest."""
    return f"Python {version} is too old: functions and commands run from 3.8 on; name a newer one"


def is_too_old(version: str) -> bool:
    """Whether no step runs on a Python of this version ("3.7", "3.7.1")."""
    return _order(version)[:2] < OLDEST[: version.count(".") + 1]


def _fits(exact: str, version: str) -> bool:
    return exact == version or exact.startswith(f"{version}.")


def _identity(path: Path) -> list[int]:
    """What changes when another interpreter is put in a file's place."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _remembered(memory: Path) -> Interpreter | None:
    try:
        table = json.loads(memory.read_text("utf-8"))
        path = Path(table["path"])
        return Interpreter(path, table["version"]) if _identity(path) == table["as"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _found(version: str, home: Path) -> Interpreter:
    answer = run_uv(["python", "find", "--no-project", "--system", version], home, timeout_s=30)
    if answer.returncode == 0:
        path = Path(answer.stdout.strip().splitlines()[-1])
        exact = _version_of(path)
        if exact is not None and _fits(exact, version):
            return Interpreter(path, exact)
    for exact, path in _of_pyenv():
        if _fits(exact, version) and _version_of(path) == exact:
            return Interpreter(path, exact)
    listed = run_uv(["python", "list", "--only-installed"], home, timeout_s=30).stdout
    there = {*re.findall(r"^\w+-(\d+\.\d+\.\d+)", listed, re.M), *(v for v, _ in _of_pyenv())}
    usable = [exact for exact in there if _order(exact) >= OLDEST]
    names = ", ".join(sorted(usable, key=_order, reverse=True)) or platform.python_version()
    raise UserError(
        f"there is no Python {version} on this machine (installed: {names}); install it, for "
        f"instance with 'uv python install {version}', or name one that is there"
    )


def _order(exact: str) -> tuple[int, ...]:
    return tuple(int(part) for part in exact.split("."))


def _version_of(path: Path) -> str | None:
    try:
        asked = subprocess.run(
            [path, "-I", "-c", _ASK], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def _of_pyenv() -> list[tuple[str, Path]]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [(p.parent.parent.name, p) for p in root.glob("*/bin/python")]
    plain = [(exact, path) for exact, path in found if re.fullmatch(r"\d+\.\d+\.\d+", exact)]
    return sorted(plain, key=lambda pair: _order(pair[0]), reverse=True)
