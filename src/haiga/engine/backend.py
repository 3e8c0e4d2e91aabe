"""What runs the steps of a plan: the scheduler says which and when, a backend where and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from haiga.core.errors import JobError
from haiga.engine.plan import Needs, Step


class StepFailed(JobError):
    """A step that gave no result; `output` is the end of what it printed.

    `retryable` is False where trying again cannot help (a wrong setting, a missing file).
    """

    def __init__(self, message: str, *, output: str = "", retryable: bool = True) -> None:
        super().__init__(message)
        self.output = output
        self.retryable = retryable


@dataclass(frozen=True)
class Attempt:
    """One try at one step of one item.

    `inputs` are values by the names that the step calls them; a gathered one is a list.
    `id` names the try in outcomes and is never used twice. `gpus` are the devices lent to it.
    """

    id: str
    step: Step
    seed: int
    inputs: Mapping[str, Any]
    item: str = ""
    gpus: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: its value, already checked to be of the kind the step makes, or why
    there is none.

    `seconds` is what the work itself took, `peak_mb` the most memory its process had (0: not
    known).
    """

    id: str
    value: Any = None
    error: BaseException | None = None
    seconds: float = 0.0
    peak_mb: int = 0
    note: str = field(default="", compare=False)


class Backend(Protocol):
    """Runs attempts; one thread calls it. No method raises because a step failed."""

    @property
    def capacity(self) -> Needs:
        """What there is to lend at once; a step that needs more than that cannot run."""
        ...

    def prepare(self, steps: Sequence[Step]) -> Mapping[str, str]:
        """Makes ready what the steps need, and gives the environment lock of each by its name.

        The lock is a digest of everything installed where the step will run; steps that run
        in the same place have the same. Raises `UserError` with one sentence a step that
        cannot be made ready (all of them at once), before anything has run.
        """
        ...

    def lock_text(self, lock: str) -> str:
        """The lines behind an environment lock that `prepare` gave: what is installed there."""
        ...

    def room(self, step: Step) -> bool:
        """Whether one more attempt at the step could begin at once, resources aside."""
        ...

    def start(self, attempt: Attempt) -> None:
        """Begins an attempt and returns at once."""
        ...

    def wait(self, timeout_s: float) -> list[Outcome]:
        """The attempts that ended since the last call; waits for one, at most `timeout_s`."""
        ...

    def close(self) -> None:
        """Ends every attempt under way and gives back processes and memory; may be called twice."""
        ...
