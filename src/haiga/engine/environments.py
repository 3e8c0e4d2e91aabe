"""Virtual environments of steps: resolved first, built once, shared by all runs, and collected.

Under `home` (a studio's `environments` folder) lie: a folder for each environment, named by
its key; `resolved/`, what requirements once resolved to; `interpreters/`, where a
Python was found; and `locks/`, by which processes keep out of each other's way.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from haiga.core.errors import JobError, MissingExtra, UserError
from haiga.engine.interpreters import Interpreter, find_interpreter
from haiga.engine.limits import numeric_variables
from haiga.engine.own_packages import (
    Linked,
    base_requirements,
    check_python,
    extras_of_haiga,
    installed_versions,
    linked_haiga,
    platform_name,
)
from haiga.engine.plan import Environment
from haiga.engine.requirement_lines import (
    check_requirements,
    contents,
    lock_lines,
    package_name,
    without_hashes,
)
from haiga.engine.uv import reason, run_uv

RESOLVE_LIMIT_S = 60.0
BUILD_LIMIT_S = 3600.0
_RECORD = "haiga-environment.json"
_in_use: dict[Path, int] = {}
"""Environments this process uses, each with the open file whose shared lock says so."""


@dataclass(frozen=True)
class Prepared:
    """Where a step can run: its interpreter and what is installed there.

    `lock` is the sha256 of everything that the environment's packages are (exact
    versions, the interpreter's version, the platform, the content of local paths), the same on
    every machine of a kind; `lock_text` the list itself. `folder` is that of a virtual
    environment (None: haiga's own interpreter, or a container), `built` whether it was made
    just now. `image` and `engine` are those of a container, else empty.
    """

    python: Path
    lock: str
    lock_text: str
    folder: Path | None = None
    built: bool = False
    image: str = ""
    engine: str = ""


def prepare(
    environment: Environment | None,
    home: Path,
    *,
    with_haiga: bool,
    extra: Sequence[str] = (),
    pull: bool = False,
) -> Prepared:
    """Makes an environment ready, or says in one sentence why it cannot be.

    None, or one that names no requirements, lock, Python or image, is haiga's own interpreter:
    nothing is built. `with_haiga` puts the haiga that runs now beside the requirements, and
    what it needs among them. `extra` are names of haiga's extras ("hub") or further
    requirement lines ("ray==2.50.0").

    The requirements are resolved first, and what they came to is kept: the next time nothing is
    asked of an index, and a ready environment needs no network, until `collect` removes it. A
    local path's content is part of the key, so a changed plug-in is installed anew. Two
    processes never build one environment twice, and one that was killed while it built leaves
    nothing that counts as ready. An `image` is never fetched unless it is named by digest or
    `pull` is set (see `haiga.engine.containers`).

    Raises `UserError` (cannot be resolved, no such Python, no such path, no container engine),
    `MissingExtra` (no uv) or `JobError` (the build failed).
    """
    if environment is None or not (
        environment.requirements or environment.lock or environment.python or environment.image
    ):
        text = installed_versions([name for name in extra if name in extras_of_haiga()])
        return _calculating(Prepared(Path(sys.executable), _sha256(text), text))
    if environment.image:
        from haiga.engine.containers import prepare_image

        return prepare_image(environment, pull=pull)
    home = home.absolute()  # uv works in a folder of its own
    if os.name != "posix":
        raise UserError("environments of steps need Linux or macOS")
    interpreter = find_interpreter(environment.python, home)
    linked = None
    if with_haiga:
        check_python(interpreter.version)
        linked = linked_haiga()
    exact = _exact_lines(environment, interpreter, home, extra, with_haiga)
    return _ready(exact, interpreter, linked, home)


def collect(home: Path, unused_days: float, *, dry_run: bool = False) -> list[tuple[Path, int]]:
    """Removes the environments that no run used for so many days, and what was resolved to them.

    Gives each removed folder with the bytes it held. One that a process uses now stays; so does
    anything that is no environment. Leavings of builds that were killed go as well. With
    `dry_run` nothing is removed.
    """
    removed: list[tuple[Path, int]] = []
    if not home.is_dir():
        return removed
    for folder in sorted(home.iterdir()):
        building = folder.name.startswith(".")
        if not folder.is_dir() or not (building or (folder / _RECORD).exists()):
            continue
        key = folder.name.removeprefix(".building-").removeprefix(".gone-").partition(".")[0]
        try:
            with _locked(home, key, wait=False), _locked(home, f"{key}.use", wait=False):
                age_s = time.time() - (folder if building else folder / _RECORD).stat().st_mtime
                if not building and age_s < unused_days * 86400:
                    continue
                size = sum(p.lstat().st_size for p in folder.rglob("*") if not p.is_dir())
                if not dry_run:
                    gone = home / f".gone-{key}.{os.getpid()}"
                    folder.replace(gone)
                    shutil.rmtree(gone)
        except BlockingIOError:
            continue
        removed.append((folder, size))
    if dry_run:
        return removed
    kept = {folder.name for folder in home.iterdir()}
    for memory in (home / "resolved").glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            if not kept.intersection(json.loads(memory.read_text("utf-8"))["environments"]):
                memory.unlink()
    return removed


def last_used(folder: Path) -> float:
    """When a run last asked for this environment, in seconds since 1970 UTC."""
    return (folder / _RECORD).stat().st_mtime


def _exact_lines(
    environment: Environment,
    interpreter: Interpreter,
    home: Path,
    extra: Sequence[str],
    with_haiga: bool,
) -> list[str]:
    """The exact requirements of an environment: a lock's own, or resolved now or before."""
    own = extras_of_haiga() if with_haiga else set()
    more = [line for line in extra if line not in own]
    of_haiga = base_requirements([name for name in extra if name in own]) if with_haiga else []
    check_requirements([*environment.requirements, *more])
    asked = [*environment.requirements, *more]
    if environment.lock:
        locked = lock_lines(environment.lock)
        if not (asked or of_haiga):
            return locked
        asked = [*map(without_hashes, locked), *asked]
    if not (asked or of_haiga):
        return []
    key = _sha256(
        json.dumps(
            [asked, of_haiga, interpreter.version, platform_name(), sorted(contents(asked).items())]
        )
    )
    memory = home / "resolved" / f"{key}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return [str(line) for line in json.loads(memory.read_text("utf-8"))["lock"]]
    lines = _resolved(asked, of_haiga, interpreter, home)
    _remember(memory, {"asked": asked, "haiga": of_haiga, "lock": lines, "environments": []})
    return lines


def _resolved(
    asked: list[str], of_haiga: list[str], interpreter: Interpreter, home: Path
) -> list[str]:
    arguments = ["pip", "compile", "-", "--quiet", "--no-header", "--no-annotate"]
    arguments += ["--python", str(interpreter.path), "--no-strip-markers"]
    text = "\n".join([*asked, *of_haiga]) + "\n"
    told = ", ".join(asked) or "haiga alone"
    try:
        answer = run_uv(arguments, home, timeout_s=RESOLVE_LIMIT_S, text=text)
    except MissingExtra:
        raise
    except UserError as error:
        raise UserError(f"the environment of {told} could not be resolved: {error}") from None
    if answer.returncode:
        why = reason(answer)
        clash = [r for r in of_haiga if package_name(r).lower() in why.lower().replace("_", "-")]
        own = f" (haiga itself needs {', '.join(clash)})" if clash else ""
        raise UserError(f"the environment of {told} cannot be resolved: {why}{own}")
    return [line for line in answer.stdout.splitlines() if line.strip()]


def _ready(
    exact: list[str], interpreter: Interpreter, linked: Linked | None, home: Path
) -> Prepared:
    """The environment of exact requirements: the one that is there, or one built now."""
    inside = contents(line for line in exact if not line.startswith((" ", "#")))
    told = [f"{package_name(line)} @ sha256:{inside[line]}" if line in inside else line
            for line in exact]  # fmt: skip
    header = f"# cpython {interpreter.version} {platform_name()}"
    lock = _sha256("\n".join([header, "# with haiga" if linked else "", *told]))
    key = _sha256(f"{lock} {linked.digest if linked else ''}")[:32]
    folder = home / key
    with _locked(home, key):
        built = not _is_ready(folder)
        if built:
            _build(folder, exact, sorted(inside), interpreter, linked, home)
        os.utime(folder / _RECORD)
        _hold(home, key)
    _name_in_memory(home, exact, key)
    text = "\n".join([header, *exact]) + "\n"
    return _calculating(Prepared(folder / "bin" / "python", lock, text, folder, built))


def _calculating(prepared: Prepared) -> Prepared:
    """The environment with how its libraries are told to calculate in its lock."""
    lines = [f"{name}={value}" for name, value in numeric_variables().items()]
    if not lines:
        return prepared
    text = "\n".join([prepared.lock_text.rstrip("\n"), *lines]) + "\n"
    return replace(prepared, lock=_sha256(f"{prepared.lock} {lines}"), lock_text=text)


def _is_ready(folder: Path) -> bool:
    """Whether an environment is whole; its interpreter may have been taken away since."""
    return (folder / _RECORD).exists() and (folder / "bin" / "python").exists()


def _build(
    folder: Path,
    exact: list[str],
    local: list[str],
    interpreter: Interpreter,
    linked: Linked | None,
    home: Path,
) -> None:
    """Makes an environment aside and renames it into its place once it is whole."""
    for leaving in home.glob(f".building-{folder.name}.*"):
        shutil.rmtree(leaving, ignore_errors=True)
    if folder.exists():
        shutil.rmtree(folder)
    aside = home / f".building-{folder.name}.{os.getpid()}"
    try:
        # relocatable: its scripts find their Python after the renaming
        venv = ["venv", "--quiet", "--relocatable", "--no-project", "--python"]
        _do([*venv, str(interpreter.path), str(aside)], home, 120.0)
        python = aside / "bin" / "python"
        if exact:
            sync = ["pip", "sync", "-", "--quiet", "--compile-bytecode", "--python", str(python)]
            # uv would take a folder it has built before for unchanged
            if local and os.environ.get("UV_OFFLINE"):
                sync.append("--no-cache")
            else:
                named = filter(None, map(package_name, local))
                sync += [word for name in named for word in ("--refresh-package", name)]
            _do(sync, home, BUILD_LIMIT_S, "\n".join(exact) + "\n")
        if linked is not None:
            (site_packages,) = aside.glob("lib/python*/site-packages")
            linked.put_into(site_packages)
        table = {"lock": exact, "python": interpreter.version, "built": int(time.time())}
        (aside / _RECORD).write_text(json.dumps(table, indent=1), "utf-8")
        os.sync()
        aside.replace(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _do(arguments: list[str], home: Path, timeout_s: float, text: str | None = None) -> None:
    answer = run_uv(arguments, home, timeout_s=timeout_s, text=text)
    if answer.returncode:
        raise JobError(f"the environment could not be built: {reason(answer)}")


def _name_in_memory(home: Path, exact: list[str], key: str) -> None:
    """Notes at what was resolved that this environment came of it, so that both go together."""
    for memory in (home / "resolved").glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            table = json.loads(memory.read_text("utf-8"))
            if table["lock"] == exact and key not in table["environments"]:
                _remember(memory, {**table, "environments": [*table["environments"], key]})


def _remember(memory: Path, table: dict[str, object]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    aside = memory.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps(table, indent=1), "utf-8")
    aside.replace(memory)


@contextlib.contextmanager
def _locked(home: Path, key: str, *, wait: bool = True) -> Iterator[None]:
    """Holds a lock that the system lets go when the process ends, however it ends.

    Without `wait`, `BlockingIOError` where another holds it.
    """
    import fcntl

    place = home / "locks" / key
    place.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(file)


def _hold(home: Path, key: str) -> None:
    """Says for as long as this process lives that it uses an environment."""
    import fcntl

    place = home / "locks" / f"{key}.use"
    if place not in _in_use:
        file = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(file, fcntl.LOCK_SH)
        _in_use[place] = file


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
