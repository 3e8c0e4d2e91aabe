"""Parts of keys for the tests of the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haiga.engine.cache import Cache
from haiga.engine.keys import Parts, key_parts
from haiga.engine.plan import Call, Step
from haiga.engine.reached import Source

SOURCE = Source("50", {"haiga/roles/painters/flow.py": "aa", "haiga/core/seeds.py": "bb"})
LOCK = "# cpython 3.11.7 linux-x86_64\nnumpy==2.4.6\npillow==11.0\n"


def parts(
    step: str = "painting",
    *,
    settings: Mapping[str, Any] | None = None,
    seed: int = 7,
    inputs: Mapping[str, Any] | None = None,
    source: Source = SOURCE,
    lock: tuple[str, str] = ("10", LOCK),
    use: str = "flow.v1",
    reads: Mapping[str, str] | None = None,
    models: Mapping[str, str] | None = None,
) -> Parts:
    made = Step(
        step,
        role="painter",
        use=use,
        settings=settings or {},
        call=Call("values", f"haiga.actions.role_steps.{step}:{step}"),
        reads=reads or {name: name for name in inputs or {}},
        models=lambda: models or {},
    )
    return key_parts(
        made, seed=seed, inputs=inputs or {}, lock=lock[0], source=source, lock_text=lock[1]
    )


def keep(cache: Cache, data: bytes, told: Parts, **more: Any) -> str:
    """Keep it, and give the key."""
    cache.put(told.key, data, told, **more)
    return told.key
