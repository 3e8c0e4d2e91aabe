"""Several workers that make every step of a training together, on torch.distributed alone.

Each worker draws the random choices of a whole step from the step's seed and computes its
own rows of it; gradients are summed over the workers, so that all hold the same weights at
all times. What a run of several makes is what a run of one makes, up to the rounding of sums.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from haiga.core.counted import counted
from haiga.core.errors import UserError

Value = TypeVar("Value")


@dataclass(frozen=True)
class Rows:
    """The rows `first` to `last` (left out) of a batch of `whole` rows."""

    first: int
    last: int
    whole: int

    @property
    def share(self) -> float:
        """Which part of the whole batch they are."""
        return (self.last - self.first) / self.whole

    def of(self, batch: Tensor, dim: int = 0) -> Tensor:
        """These rows of a tensor that holds the whole batch along `dim`."""
        return batch.narrow(dim, self.first, self.last - self.first)


class Crew:
    """The workers of a training, as one of them sees it; a crew of one unless joined.

    `threads` is how many threads each worker should compute with, None for all there are.
    `asked_to_stop` says whether the user wants the run to end, where that is not told by a
    signal. A crew of one leaves everything as it is, to the bit.
    """

    def __init__(
        self,
        rank: int = 0,
        size: int = 1,
        *,
        threads: int | None = None,
        asked_to_stop: Callable[[], bool] | None = None,
    ) -> None:
        self.rank, self.size, self.threads = rank, size, threads
        self.asked_to_stop = asked_to_stop

    @property
    def is_first(self) -> bool:
        """Whether this worker writes files and speaks for all."""
        return self.rank == 0

    def rows(self, count: int) -> Rows:
        """This worker's rows of a batch of `count`; they differ by one at most among workers."""
        each, left = divmod(count, self.size)
        first = self.rank * each + min(self.rank, left)
        return Rows(first, first + each + (self.rank < left), count)

    def check_rows(self, count: int, noun: str) -> None:
        """UserError when a batch has fewer rows than there are workers."""
        if count < self.size:
            raise UserError(
                f"--workers {self.size}: a step reads {counted(count, noun)} and each worker "
                f"takes one at least; give --workers {count} or fewer"
            )

    def refuse(self, what: str) -> None:
        """UserError where several workers were to train what one alone can."""
        if self.size > 1:
            raise UserError(f"{what}: is trained in one process; leave out --workers and --engine")

    def take_in(self, learner: Any, batch: int, rng: RowsGenerator) -> None:
        """Makes a learner's steps those of this crew, with so many rows in a batch.

        Does nothing alone. Raises UserError when it has no `join`: one process trains it then.
        """
        if self.size == 1:
            return
        if not hasattr(learner, "join"):
            raise UserError(
                f"--workers {self.size}: this training runs in one process; leave out --workers "
                "and --engine"
            )
        self.check_rows(batch, "picture")
        rng.rows = self.rows(batch)
        learner.join(self, rng.rows)

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Sums the gradients over the workers: means, where each loss was scaled by its share."""
        if self.size == 1:
            return
        grads = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([grad.reshape(-1) for grad in grads])
        dist.all_reduce(flat)
        place = 0
        for grad in grads:
            grad.copy_(flat[place : place + grad.numel()].view_as(grad))
            place += grad.numel()

    def total(self, value: Tensor) -> Tensor:
        """The sum of a tensor over the workers; carries no gradient."""
        value = value.detach()
        if self.size > 1:
            value = value.clone()
            dist.all_reduce(value)
        return value

    def joined(self, part: Tensor, rows: Rows, dim: int = 0) -> Tensor:
        """The whole batch along `dim`, of which every worker gives its rows."""
        if self.size == 1:
            return part
        shape = list(part.shape)
        shape[dim] = rows.whole
        whole = torch.zeros(shape, dtype=part.dtype)
        rows.of(whole, dim).copy_(part.detach())
        dist.all_reduce(whole)
        return whole

    def agreed(self, value: Value) -> Value:
        """What the first worker has for a value; the others wait for it."""
        if self.size == 1:
            return value
        box: list[Any] = [value if self.is_first else None]
        dist.broadcast_object_list(box)
        found: Value = box[0]
        return found

    def led(self, make: Callable[[], Value]) -> Value:
        """What the first worker makes, and it alone; the others wait to hear of it."""
        return self.agreed(make() if self.is_first else None)  # type: ignore[return-value]

    def in_turn(self, make: Callable[[], Value]) -> Value:
        """What each worker makes, the others once the first is done: it leaves files for them."""
        if self.is_first:
            made = make()
            self.agreed(None)
            return made
        self.agreed(None)
        return make()

    def decided(self, *questions: bool) -> tuple[bool, ...]:
        """The first worker's answers to what its clock or its user decides."""
        if self.size == 1:
            return questions
        answers = torch.tensor(questions, dtype=torch.uint8)
        dist.broadcast(answers, 0)
        return tuple(bool(answer) for answer in answers.tolist())

    @torch.no_grad()
    def make_alike(self, modules: Mapping[str, nn.Module]) -> None:
        """Gives every worker the first one's weights, should machines round otherwise."""
        if self.size > 1:
            for module in modules.values():
                for value in module.state_dict().values():
                    dist.broadcast(value, 0)


ALONE = Crew()
"""One worker: the training as it always was."""


def dropped(x: Tensor, share: float, rows: Rows | None, dim: int = 0) -> Tensor:
    """Dropout of a batch, or of its `rows` with the mask that the whole batch would have had."""
    if rows is None:
        return nn.functional.dropout(x, share)
    shape = list(x.shape)
    shape[dim] = rows.whole
    mask = nn.functional.dropout(torch.ones(shape, dtype=x.dtype), share)
    return x * rows.of(mask, dim)


class RowsGenerator(torch.Generator):
    """A generator of a step's random choices that may be told which rows its worker computes.

    `drawn` then draws for the whole batch, and its worker sees its own rows' numbers.
    """

    rows: Rows | None = None


def drawn(rng: torch.Generator, count: int, draw: Callable[[int], Tensor], dim: int = 0) -> Tensor:
    """What `draw(count)` gives along `dim`, a number or more for each row of a batch.

    Of several workers each gets what its rows have of the whole batch's. A count that is a
    multiple of the worker's rows stands for so many batches one after the other, as when real
    and made pictures are seen together.
    """
    rows = getattr(rng, "rows", None)
    if rows is None:
        return draw(count)
    batches = count // (rows.last - rows.first)
    whole = draw(batches * rows.whole)
    return torch.cat([rows.of(part, dim) for part in whole.chunk(batches, dim)], dim)


def part_of(batch: Any, rows: Rows) -> Any:
    """Some rows of a batch: of a tensor, or of every tensor and array of a dataclass."""
    if isinstance(batch, Tensor):
        return rows.of(batch)
    if isinstance(batch, np.ndarray):
        return batch[rows.first : rows.last]
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        values = {
            field.name: part_of(getattr(batch, field.name), rows)
            for field in dataclasses.fields(batch)
        }
        return dataclasses.replace(batch, **values)
    return batch
