"""A plan of named steps. A plan never runs itself: see `haiga.engine.local` and `.schedule`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ITEM = "the item"
"""A step seeded as this one gets the item's own seed."""

Work = Callable[[Mapping[str, Any], int], Any]
"""What a step does: its declared inputs by name and its own seed give one value."""


def _no_models() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Needs:
    """What a step asks of the machine: CPU cores, GPUs (a share is allowed) and memory in MB.

    0 MB says nothing of memory: the step has no limit, and none is kept free for it.
    """

    cpu: float = 1.0
    gpu: float = 0.0
    memory_mb: int = 0


@dataclass(frozen=True)
class Environment:
    """A place of its own for a step: a virtual environment, or a container's image.

    `requirements` are pip requirement lines (a local path is whole), or `lock` is the text of
    a lock file of exact versions; `python` is a version ("3.12"), empty for haiga's own.
    `image` names a container image instead. `variables` are the names of the
    environment variables that the step may read; no other of the user's reach it.
    """

    requirements: tuple[str, ...] = ()
    lock: str = ""
    python: str = ""
    image: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """What a step does, in plain values, so that any process on any machine can do it.

    `kind` "values": `target` is "module:factory"; the factory, called with `settings`, gives a
    `Work` that gets and gives values; it needs haiga where it runs. "files": `target` is
    "module:function" or "/path/file.py:function"; the function gets a `Path` for each input (a
    list of them for a gathered one), `out`, the path it must write, and, if it takes
    them, `seed` and the settings. "command": `command` is an argument vector with
    `{input}`, `{out}`, `{seed}` and `{setting}` to be filled in; it runs without a shell.

    Where `counts` is False, the step's own `settings` say everything of these that enters the
    result, so that a change of the others leaves what is kept of it sound.
    """

    kind: Literal["values", "files", "command"]
    target: str = ""
    command: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    counts: bool = True


@dataclass(frozen=True)
class Step:
    """One thing to do.

    `use` is the versioned name of the implementation ("lstm.v1"), `settings` what
    it was made with, `inputs` the steps (or given values) it reads, and `models`
    tells the sha256 of every model file it reads. `seeded_as` is the step whose seed
    it takes, where that is not its own, or `ITEM`. Nothing but the inputs, the settings and the
    seed may enter the result.

    `run` does it in this process; `call` says the same in plain values and is what another
    process, a container or Ray is given. A step with a `call` may leave `run` to it.

    `reads` gives an input another name than its step's: what the step calls it -> the step.
    `count` makes it that many times, from seeds of its own; a step that reads it is made as
    many times too, one for each, unless it gathers that input: then it gets the whole list.
    `makes` is the kind of its result (see `haiga.engine.kinds`), `timeout_s` how long one may
    take (0: no limit), `retries` how often one that failed is tried again.

    One that is `ordered` runs in the scheduler's own process, one item after the other in the
    order of the items, for what must know the items before it. What is not `kept` is made
    anew in every run; an ordered step is never kept.
    """

    name: str
    run: Work | None = None
    inputs: tuple[str, ...] = ()
    role: str = ""
    use: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)
    models: Callable[[], Mapping[str, str]] = _no_models
    seeded_as: str = ""
    call: Call | None = None
    environment: Environment | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    gathers: tuple[str, ...] = ()
    makes: str = ""
    timeout_s: float = 0.0
    retries: int = 0
    ordered: bool = False
    kept: bool = True

    def __post_init__(self) -> None:
        if self.run is None and self.call is None:
            raise ValueError(f"step '{self.name}' does nothing")
        if self.environment is not None and self.call is None:
            raise ValueError(f"step '{self.name}' has an environment and nothing to run in it")
        if self.ordered and self.run is None:
            raise ValueError(f"step '{self.name}' is ordered and cannot run in this process")

    @property
    def sources(self) -> Mapping[str, str]:
        """What the step calls each input -> the step or given value it comes from."""
        return {**{name: name for name in self.inputs}, **self.reads}


@dataclass(frozen=True)
class Pipeline:
    """Steps in an order in which they can run, over values given from outside.

    Raises `ValueError` where a name comes twice or a step reads something that
    is neither given nor made by a step before it: such a plan has no order.
    """

    steps: tuple[Step, ...]
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = set(self.given)
        for step in self.steps:
            if step.name in known:
                raise ValueError(f"step '{step.name}': the name is taken already")
            missing = [name for name in step.sources.values() if name not in known]
            if missing:
                raise ValueError(
                    f"step '{step.name}' reads '{missing[0]}', which nothing before it makes"
                )
            known.add(step.name)
