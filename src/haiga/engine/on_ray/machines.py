"""The machines of a cluster: what they have, and whether what is made on each is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from haiga.core.errors import UserError
from haiga.engine.on_ray.connection import clause
from haiga.engine.plan import Needs

_ANSWER_S = 60.0


def capacity() -> Needs:
    """What the cluster has, all machines together."""
    return _needs(ray.cluster_resources())  # type: ignore[no-untyped-call]


def machines() -> list[Needs]:
    """What each machine of the cluster has."""
    return [_needs(node["Resources"]) for node in _nodes()]


def compare_machines() -> None:
    """Raises `UserError`, one sentence a machine, where one cannot do what this one can: haiga is
    not there, or has other versions of what it stands on, so that its pieces would differ."""
    nodes = _nodes()
    remote = ray.remote(_versions)
    answers = [
        remote.options(
            num_cpus=0,
            max_retries=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
        ).remote()
        for node in nodes
    ]
    mine, faults = _versions(), []
    for node, answer in zip(nodes, answers, strict=True):
        name = f"the machine {node['NodeManagerAddress']}"
        try:
            theirs = ray.get(answer, timeout=_ANSWER_S)
        except GetTimeoutError:
            faults.append(f"{name} did not answer within {_ANSWER_S:g} seconds")
        except (RayError, ImportError) as error:
            faults.append(f"{name} cannot run haiga: {clause(error)}")
        else:
            missing = [line.removeprefix("# ") for line in mine if line not in theirs]
            if missing:
                faults.append(
                    f"{name} has not {', '.join(missing[:3])}, so that pieces made there would "
                    "differ: install the same versions on every machine"
                )
    if faults:
        raise UserError("\n".join(faults))


def _nodes() -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def _versions() -> list[str]:
    """haiga's version and those of all it stands on, where this runs."""
    from haiga import __version__
    from haiga.engine.environments import prepare

    text = prepare(None, Path(), with_haiga=True).lock_text
    return [*text.splitlines(), f"haiga=={__version__}"]


def _needs(resources: dict[str, float]) -> Needs:
    memory_mb = int(resources.get("memory", 0)) >> 20
    return Needs(resources.get("CPU", 0.0), resources.get("GPU", 0.0), memory_mb)
