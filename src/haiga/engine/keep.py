"""Keeps the results of a run in a cache, and finds them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from haiga.engine.cache import Cache
from haiga.engine.expand import Task
from haiga.engine.keys import Parts, key_parts
from haiga.engine.reached import Source, source_of


def _untold(lock: str) -> str:
    return ""


class Keep:
    """A cache as a run uses it: `schedule.Keeping`.

    `roots` are further modules whose code a step reaches, by step name; `lock_text` gives the
    lines behind the digest of an environment, for `haiga cache why`.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        roots: Mapping[str, Sequence[str]] | None = None,
        lock_text: Callable[[str], str] = _untold,
    ) -> None:
        self._cache, self._roots, self._lock_text = cache, roots or {}, lock_text
        self._sources: dict[str, Source] = {}
        self._asked: dict[str, tuple[Parts, str, str]] = {}

    def key(
        self, task: Task, seed: int, inputs: Mapping[str, str | list[str]], lock: str, item: str
    ) -> str:
        """The key of a result; "" for one that cannot be kept."""
        step = task.step
        if step.name not in self._sources:
            roots = self._roots.get(step.name, ())
            self._sources[step.name] = source_of(step, roots=roots, memory=self._cache)
        parts = key_parts(
            step,
            seed=seed,
            inputs=inputs,
            lock=lock,
            source=self._sources[step.name],
            lock_text=self._lock_text(lock),
        )
        key = parts.key
        if key:
            self._asked[key] = (parts, task.id, item)
        return key

    def get(self, key: str) -> tuple[bytes, str] | None:
        """What is kept under a key, verified, and its sha256; None where nothing sound is."""
        kept = self._cache.get(key)
        if kept is None:
            return None
        self._asked.pop(key, None)
        return kept.data, kept.digest

    def put(self, key: str, data: bytes, *, seconds: float, peak_mb: int) -> str:
        """Keeps a result under a key that was asked for, and gives its sha256."""
        parts, task, item = self._asked.pop(key)
        return self._cache.put(key, data, parts, task=task, item=item, seconds=seconds)
