"""The cache of a studio, open for a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from haiga.engine.backend import Backend
from haiga.engine.cache import Cache
from haiga.engine.keep import Keep

CACHE = "cache"
"""Where in a studio the results of steps are kept."""


@contextmanager
def keeping(
    studio: Path,
    backend: Backend,
    *,
    roots: Mapping[str, Sequence[str]] | None = None,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Iterator[Keep]:
    """What keeps the results of a run in a studio's cache.

    `tell` hears, once each, why something could not be kept; that never ends a run.
    """
    with Cache(studio / CACHE, on_trouble=tell) as cache:
        yield Keep(cache, roots=roots, lock_text=backend.lock_text)
