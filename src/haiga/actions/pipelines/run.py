"""Run a compiled pipeline for many items and keep what it makes in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import haiga
from haiga.actions.pipelines.compile import Compiled
from haiga.actions.pipelines.outputs import OutputFolder
from haiga.core.errors import UserError
from haiga.engine import schedule, values
from haiga.engine.backend import Backend
from haiga.engine.events import Event
from haiga.engine.expand import Task, spell_out
from haiga.engine.reached import source_of
from haiga.engine.schedule import ItemRun, Keeping

Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Finished:
    """An item whose results are on disk, or that failed.

    `files` are by task; `again` says that a run before this one had made it. `cached` tasks came
    from the cache; `failed` says, by task, what went wrong.
    """

    item: str
    seed: int
    folder: Path | None
    files: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    tasks: int = 0
    cached: int = 0
    again: bool = False
    failed: Mapping[str, str] = field(default_factory=dict)


def run_into(
    compiled: Compiled,
    folder: OutputFolder,
    *,
    seeds: Sequence[int],
    backend: Backend,
    keep: Keeping | None = None,
    keep_going: bool = False,
    on_event: Listener = lambda event: None,
) -> Iterator[Finished]:
    """Every item in order, once all its results are on disk; its name is its seed.

    What the folder holds already is not made again. Raises `UserError` before anything runs
    where the folder is another plan's, a given value cannot be read or a step cannot run
    here; else what the first failing step raises, unless `keep_going`.
    """
    given = compiled.values()
    parts = plan_parts(compiled, given)
    folder.begin(
        {
            "name": compiled.name,
            "plan": _digest(list(parts.items())),
            "parts": parts,
            "haiga": haiga.__version__,
            "seed": seeds[0] if seeds else None,
            "steps": [step.name for step in compiled.pipeline.steps],
        }
    )
    noting = _Noting(keep) if keep is not None else None
    there = {seed: folder.finished(str(seed)) for seed in seeds}

    def both(event: Event) -> None:
        folder.note(event)
        on_event(event)

    runs = schedule.run(
        compiled.pipeline,
        [(str(seed), seed) for seed in seeds if there[seed] is None],
        backend=backend,
        keep=noting,
        given=given,
        on_event=both,
        keep_going=keep_going,
    )

    def all_of_them() -> Iterator[Finished]:
        tasks = {task.id: task for task in spell_out(compiled.pipeline).tasks}
        for seed in seeds:
            kept = there[seed]
            if kept is not None:
                files = {task: entry["file"] for task, entry in kept["tasks"].items()}
                yield Finished(
                    str(seed), seed, folder.path / str(seed), files, tasks=len(files), again=True
                )
                continue
            yield _kept(compiled, folder, next(runs), tasks, noting)

    return all_of_them()


def _kept(
    compiled: Compiled,
    folder: OutputFolder,
    run: ItemRun,
    tasks: Mapping[str, Task],
    noting: _Noting | None,
) -> Finished:
    """Writes what was made for an item; a failed one leaves nothing."""
    seconds = round(sum(run.seconds.values()), 4)
    if run.failed:
        return Finished(run.item, run.seed, None, seconds=seconds, failed=run.failed)
    made: dict[str, Any] = {}
    table: dict[str, Any] = {"pipeline": compiled.name, "seed": run.seed, "tasks": {}}
    for name, task in tasks.items():
        value = run.values[task.step.name]
        made[name] = value[task.index] if compiled.widths[task.step.name] > 1 else value
        entry = {
            "use": task.step.use,
            "makes": task.step.makes,
            "seed": task.seed(run.seed),
            "digest": run.digests.get(name, ""),
            "key": noting.keys.pop((run.item, name), "") if noting else "",
            "seconds": round(run.seconds.get(name, 0.0), 4),
            "cached": name in run.cached,
        }
        table["tasks"][name] = {key: value for key, value in entry.items() if value != ""}
    place = folder.write(run.item, made, table)
    files = {task: entry["file"] for task, entry in table["tasks"].items()}
    return Finished(
        run.item, run.seed, place, files, seconds, tasks=len(tasks), cached=len(run.cached)
    )


def plan_parts(compiled: Compiled, given: Mapping[str, Any]) -> dict[str, str]:
    """All that a pipeline's results depend on but the seed and haiga's own code.

    What each part is, as a reader knows it -> the first digits of its sha256.
    """
    sources: dict[str, str] = {}
    parts: dict[str, Any] = {}
    for step in compiled.pipeline.steps:
        call, named = step.call, f"step '{step.name}'"
        parts[named] = [step.role, step.use, step.count, step.makes]
        parts[f"what {named} reads"] = [dict(step.sources), list(step.gathers)]
        parts[f"the environment of {named}"] = repr(step.environment)
        parts |= {f"setting {key} of {named}": said for key, said in step.settings.items()}
        parts |= {f"model {key} of {named}": said for key, said in step.models().items()}
        if call is None:
            continue
        parts[f"what {named} calls"] = [call.kind, call.target, list(call.command)]
        own = {key: said for key, said in call.settings.items() if key not in step.settings}
        parts[f"the settings of {named}"] = own
        if call.kind != "values":
            told = f"{call.target} {' '.join(call.command)}"
            if told not in sources:
                sources[told] = source_of(step).digest
            parts[f"the source of {named}"] = sources[told]
    for name, value in given.items():
        parts[f"given value {name}"] = hashlib.sha256(values.pack(value)).hexdigest()
    return {part: _digest(said)[:16] for part, said in parts.items()}


def _digest(said: Any) -> str:
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _Noting:
    """A cache that also remembers the key of every task it was asked for."""

    def __init__(self, keep: Keeping) -> None:
        self._keep = keep
        self.keys: dict[tuple[str, str], str] = {}

    def key(
        self, task: Task, seed: int, inputs: Mapping[str, str | list[str]], lock: str, item: str
    ) -> str:
        key = self._keep.key(task, seed, inputs, lock, item)
        self.keys[item, task.id] = key
        return key

    def get(self, key: str) -> tuple[bytes, str] | None:
        return self._keep.get(key)

    def put(self, key: str, data: bytes, *, seconds: float, peak_mb: int) -> str:
        return self._keep.put(key, data, seconds=seconds, peak_mb=peak_mb)


def seeds_of(
    compiled: Compiled, folder: OutputFolder, seed: int | None, count: int
) -> tuple[range, bool]:
    """The seeds of a run and whether they were drawn: those asked for, else the file's own.

    A folder that holds a run already goes on with the seeds that it began with.
    """
    from haiga.actions.seeds import seeds_for

    chosen = next((s for s in (seed, compiled.seed, folder.seed) if s is not None), None)
    return seeds_for(chosen, count), chosen is None


def default_out(compiled: Compiled) -> Path:
    """Where a run goes that nobody named a place for."""
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in compiled.name)
    if not kept.strip("-."):
        raise UserError("--out: name the folder to write to")
    return Path("haiga-runs") / kept
