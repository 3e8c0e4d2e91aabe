"""The folder of a run: a folder for each item with its results, written whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from haiga.actions.pipelines.kinds import KINDS
from haiga.core.errors import UserError
from haiga.engine.events import Event
from haiga.media.durable import make_folder, sync_folder, write_durably

RUN, EVENTS, LOCK = "run.json", "events.jsonl", ".lock"
MOST_PARTS = 3
"""So many parts of a plan that have changed are named."""
MAKING = ".making-"
"""How the folder of an item is called while it is written."""


class OutputFolder:
    """Where a run's results go; use it as a context, which holds the folder for this run alone.

    `DIR/run.json` says which plan it is of; `DIR/<item>/` holds a file a result and a `run.json`
    with their sha256, and appears under its name once it is whole and on disk. `tell` hears
    of an item's folder that is put aside.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda sentence: None) -> None:
        self.path = path
        self._tell = tell
        self._lock: int | None = None
        self._events: Any = None
        self._table: dict[str, Any] = {}

    def __enter__(self) -> OutputFolder:
        if self.path.is_dir() and not (self.path / RUN).is_file():
            others = [p.name for p in self.path.iterdir() if p.name not in (LOCK, EVENTS)]
            if others:
                raise UserError(
                    f"{self.path}: holds other things ('{sorted(others)[0]}') and no run; "
                    "choose another --out"
                )
        make_folder(self.path)
        self._lock = _locked(self.path)
        for unfinished in self.path.glob(f"{MAKING}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        self._table = _read_table(self.path / RUN)
        return self

    def __exit__(self, *error: object) -> None:
        if self._events is not None:
            self._events.close()
        if self._lock is not None:
            os.close(self._lock)  # the lock goes with it

    @property
    def seed(self) -> int | None:
        """The first seed of the run that began here; None where none did."""
        seed = self._table.get("seed")
        return seed if isinstance(seed, int) else None

    def begin(self, what: Mapping[str, Any]) -> None:
        """Keeps what the run is of: `plan`, its digest, `parts`, the digest of each, and more.

        Raises UserError where the folder holds the results of another plan.
        """
        if self._table and self._table.get("plan") != what["plan"]:
            told = _differing(self._table.get("parts"), what.get("parts"))
            raise UserError(
                f"{self.path}: holds results of another plan: {told} since; choose another --out"
            )
        if not self._table:
            self._table = dict(what)
            write_durably(self.path / RUN, _json(self._table))

    def note(self, event: Event) -> None:
        """Adds an event to `events.jsonl`."""
        if self._events is None:
            path = self.path / EVENTS
            torn = path.is_file() and path.stat().st_size and path.read_bytes()[-1:] != b"\n"
            self._events = path.open("a", encoding="ascii", buffering=1)
            if torn:  # the run before was killed within a line
                self._events.write("\n")
        self._events.write(event.line() + "\n")

    def finished(self, item: str) -> dict[str, Any] | None:
        """What `run.json` says of an item that is whole; None where it has to be made.

        A folder that is there and is not as it was written is put aside, not overwritten.
        """
        folder = self.path / item
        if not folder.exists():
            return None
        table = _read_table(folder / RUN)
        tasks = table.get("tasks", {})
        if tasks and all(_is_whole(folder, entry) for entry in tasks.values()):
            return table
        aside = next(
            path
            for number in range(1, 10_000)
            if not (path := self.path / f"{item}.changed-{number}").exists()
        )
        folder.rename(aside)
        self._tell(f"{folder}: is not as it was written; moved to {aside.name} and made again")
        return None

    def write(self, item: str, values: Mapping[str, Any], table: dict[str, Any]) -> Path:
        """Writes the results of an item, by task, and `table` beside them; gives their folder.

        `table["tasks"]` holds an entry for each task, which gets its file's name and sha256.
        """
        making = self.path / f"{MAKING}{item}"
        shutil.rmtree(making, ignore_errors=True)
        make_folder(making)
        for task, value in values.items():
            entry = table["tasks"][task]
            data, suffix = file_of(value, entry.get("makes", ""))
            entry["file"] = file_name(task) + suffix
            entry["sha256"] = hashlib.sha256(data).hexdigest()
            write_durably(making / entry["file"], data)
        write_durably(making / RUN, _json(table))
        folder = self.path / item
        making.rename(folder)
        sync_folder(self.path)
        return folder


def _differing(before: Any, now: Any) -> str:
    """What of a plan's parts (what it is -> its digest) has changed, as the start of a clause."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return "the pipeline, a given value or a model has changed"
    told = [f"{part} has changed" for part, digest in now.items() if before.get(part) != digest]
    told = [said for said in told if said.removesuffix(" has changed") in before]
    for there, elsewhere, what in ((now, before, "is new"), (before, now, "is gone")):
        told += [f"{part} {what}" for part in there if part not in elsewhere]
    more = f" and {len(told) - MOST_PARTS} more" if len(told) > MOST_PARTS else ""
    return ", ".join(told[:MOST_PARTS]) + more if told else "its code has changed"


def file_name(task: str) -> str:
    """A task's name as a file's: "painting[2]" is `painting.2`."""
    return task.replace("[", ".").replace("]", "")


def file_of(value: Any, kind: str) -> tuple[bytes, str]:
    """The bytes of a result's file and how its name ends."""
    if kind:
        return KINDS[kind].write(value), KINDS[kind].suffix
    return _json(plain_values(value)), ".json"


def plain_values(value: Any) -> Any:
    """A result in JSON values; an array by its shape and sha256."""
    if isinstance(value, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return {"shape": list(value.shape), "dtype": value.dtype.str, "sha256": digest}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: plain_values(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(key): plain_values(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_values(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    return value


def _is_whole(folder: Path, entry: Any) -> bool:
    try:
        data = (folder / entry["file"]).read_bytes()
    except (OSError, KeyError, TypeError):
        return False
    return bool(hashlib.sha256(data).hexdigest() == entry.get("sha256"))


def _read_table(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


def _json(table: Any) -> bytes:
    return (json.dumps(table, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _locked(folder: Path) -> int:
    """A handle that holds the folder until it is closed or this process ends, however it ends."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written to: {error.strerror}") from error
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError as error:
        os.close(handle)
        raise UserError(
            f"{folder}: another run is at work here; wait for its end or choose another --out"
        ) from error
    return handle
