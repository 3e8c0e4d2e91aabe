"""Which engine runs steps: this machine, or Ray."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from haiga.core.errors import UserError
from haiga.core.suggest import hint
from haiga.engine.backend import Backend
from haiga.engine.kinds import Kind

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)
MOST_WORKERS = 512
KINDS_AT = "haiga.actions.pipelines.kinds:KINDS"
ENVIRONMENTS = "environments"
"""Where in a studio the environments of steps are kept."""


def open_backend(
    engine: str,
    studio: Path,
    *,
    kinds: Mapping[str, Kind],
    workers: int | None = None,
    address: str | None = None,
) -> Backend:
    """The engine of a name, ready to run steps; the caller closes it.

    `workers` is how many steps run side by side in processes of their own: for the local engine
    1 (in this process) unless said, for Ray as many as its processors. `address` is a
    Ray cluster's. Raises `UserError` for another name or a number outside 1 to 512, and where
    a cluster does not answer, and `MissingExtra` without Ray.
    """
    if engine not in ENGINES:
        raise UserError(f"no engine named '{engine}'; {hint(engine, ENGINES, label='engines')}")
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise UserError(f"--workers: {workers} is outside 1 to {MOST_WORKERS}")
    if address is not None and engine != RAY:
        raise UserError("--ray-address is for --engine ray")
    home = studio / ENVIRONMENTS
    if engine == RAY:
        from haiga.engine.on_ray import RayBackend

        named = KINDS_AT if kinds else ""
        return RayBackend(kinds, home=home, kinds_at=named, address=address, workers=workers)
    from haiga.engine.local_backend import LocalBackend

    return LocalBackend(kinds, home=home, workers=workers or 1)
