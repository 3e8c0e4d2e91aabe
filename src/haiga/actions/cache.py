"""What a studio keeps of steps that were made: looked at, explained, and made room in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from haiga.actions.engines import ENVIRONMENTS
from haiga.actions.kept import CACHE
from haiga.core.errors import UserError
from haiga.engine.cache import Cache
from haiga.engine.cache_index import INDEX
from haiga.engine.cache_prune import Wish

if TYPE_CHECKING:
    from haiga.engine.cache_records import Record, StepUse
    from haiga.engine.cache_why import Why

UNUSED_DAYS = 30.0
"""Environments that no run used for so long go, where nothing else was asked."""

_SECONDS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True)
class CacheReport:
    """What a studio's cache holds: by step, and in all."""

    folder: Path
    steps: tuple[StepUse, ...]

    @property
    def results(self) -> int:
        return sum(step.results for step in self.steps)

    @property
    def bytes(self) -> int:
        return sum(step.bytes for step in self.steps)


@dataclass(frozen=True)
class Room:
    """What was made room for, or would be: results and leftovers of the cache, and environments.

    `freed_bytes` is of both; `environments` are the names of their folders.
    """

    results: int = 0
    left: int = 0
    leftovers: int = 0
    freed_bytes: int = 0
    environments: tuple[str, ...] = field(default=())


def show_cache(studio: Path, tell: Callable[[str], None]) -> CacheReport:
    """How much of every step a studio keeps; nothing where no run has kept anything."""
    if not has_cache(studio):
        return CacheReport(studio / CACHE, ())
    with Cache(studio / CACHE, on_trouble=tell) as cache:
        return CacheReport(cache.folder, tuple(cache.uses()))


def show_step(studio: Path, step: str, tell: Callable[[str], None]) -> list[Record]:
    """The results of one step that are kept, newest first; `UserError` for a step that has none."""
    with _existing(studio, tell) as cache:
        found = cache.records(step)
        if not found:
            steps = [use.step for use in cache.uses()]
            known = f"there are {', '.join(steps)}" if steps else "nothing is kept at all"
            raise UserError(f"nothing of a step '{step}' is kept; {known}")
        return found


def why_made(studio: Path, key: str, tell: Callable[[str], None]) -> Why:
    """Why a result was made rather than found; `UserError` for a key that is not kept."""
    with _existing(studio, tell) as cache:
        return cache.why(key)


def prune_cache(
    studio: Path,
    tell: Callable[[str], None],
    *,
    step: str | None = None,
    older_than: str | None = None,
    larger_than: str | None = None,
    everything: bool = False,
    environments: bool = False,
    dry_run: bool = False,
) -> Room:
    """Remove results that are no longer wanted, and what killed runs left.

    `older_than` ("30d", "12h", "2w") is about when a result was last used, `larger_than` ("2GB")
    the size that may stay, the results used longest ago going first; both can be kept to one
    `step`. With none of these only leftovers go. `environments` removes those that no run
    used for `older_than`, or 30 days. Raises `UserError` where a run uses the cache, and for
    wishes that contradict each other; nothing is removed then.
    """
    if everything and (step or older_than or larger_than):
        raise UserError(
            "--all removes every result, so it goes with no choice of some; leave one out"
        )
    unused_s = None if older_than is None else duration_s(older_than, "--older-than")
    within = None if larger_than is None else size_bytes(larger_than, "--larger-than")
    room = Room()
    if has_cache(studio):
        since = None if unused_s is None else time.time() - unused_s
        wish = Wish(step, since, within, everything)
        with Cache(studio / CACHE, on_trouble=tell) as cache:
            done = cache.prune(wish, dry_run=dry_run)
        room = Room(done.results, done.left, done.leftovers, done.freed_bytes)
    elif step is not None:
        raise UserError(f"{studio}: nothing is kept here yet, of no step")
    if environments:
        days = UNUSED_DAYS if unused_s is None else unused_s / _SECONDS["d"]
        room = _collect_environments(studio, room, days, everything=everything, dry_run=dry_run)
    return room


def has_cache(studio: Path) -> bool:
    """Whether a run has kept anything in a studio."""
    return (studio / CACHE / INDEX).is_file()


def duration_s(text: str, what: str) -> float:
    """Seconds of "12h", "30d" or "2w"; `UserError`, naming `what`, for anything else."""
    told = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([hdw])", text.strip().lower())
    if told is None:
        raise UserError(
            f"{what}: '{text}' is no length of time; give hours, days or weeks: 12h, 30d, 2w"
        )
    return float(told[1]) * _SECONDS[told[2]]


def size_bytes(text: str, what: str) -> int:
    """Bytes of "500MB" or "2 GB" (1 kB is 1,000); `UserError`, naming `what`, for anything else."""
    told = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?B)", text.strip().upper())
    if told is None:
        raise UserError(f"{what}: '{text}' is no size; give one such as 500MB or 2GB")
    return int(float(told[1]) * _BYTES[told[2]])


def told_size(size: int) -> str:
    """A size for people: 812 B, 3.1 MB, 12 GB."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "B" and amount < 10 else f"{amount:.0f} {unit}"


def _existing(studio: Path, tell: Callable[[str], None]) -> Cache:
    if not has_cache(studio):
        raise UserError(f"{studio}: nothing is kept here yet; a run keeps its results")
    return Cache(studio / CACHE, on_trouble=tell)


def _collect_environments(
    studio: Path, room: Room, days: float, *, everything: bool, dry_run: bool
) -> Room:
    from haiga.engine.environments import collect

    unused = 0.0 if everything else days
    gone = collect(studio / ENVIRONMENTS, unused_days=unused, dry_run=dry_run)
    return Room(
        room.results,
        room.left,
        room.leftovers,
        room.freed_bytes + sum(size for _, size in gone),
        tuple(folder.name for folder, _ in gone),
    )
