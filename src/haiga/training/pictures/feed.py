"""Batches from a picture store, made ahead in a thread so that the network never waits."""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.core.counted import counted
from haiga.core.errors import JobError, UserError
from haiga.core.seeds import generator
from haiga.training.pictures.store import Indexes, PictureStore

AHEAD = 3
"""So many batches wait at most; more would only take memory."""

Flips = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FeedBatch:
    """`pixels` (B, 3, S, S) float32 in [-1, 1], channels last, on the device; `indexes` (B,)
    int64: which crop of the store each is; `flips` (B,): which of them are mirrored.
    """

    pixels: Tensor
    indexes: Indexes
    flips: Flips


class Feed:
    """Every picture once an epoch, in an order drawn anew for each, without end.

    The order and the mirrorings are a function of the seed and the epoch alone; batches
    run on from one epoch into the next, so that none is short and no picture is passed
    over. `restore` goes on with the very batch that would have come next. Close it, or use
    it in a `with`, to end its thread.

    Raises UserError when there are fewer pictures than a batch holds.
    """

    def __init__(
        self,
        store: PictureStore,
        indexes: Indexes,
        *,
        batch: int,
        seed: int,
        device: str | torch.device = "cpu",
        mirror: bool = True,
    ) -> None:
        if batch < 1:
            raise UserError(f"batch {batch}: must be 1 or more")
        if len(indexes) < batch:
            raise UserError(
                f"{counted(len(indexes), 'picture')} to learn from, and a batch takes {batch:,}; "
                "give more pictures or a smaller batch"
            )
        self.store, self.batch, self.seed, self.mirror = store, batch, seed, mirror
        self.indexes = np.asarray(indexes, np.int64)
        self.device = torch.device(device)
        self.seen: Indexes = np.zeros(len(store.items), np.int64)
        """How often each crop of the store has been given out, (N,) int64."""
        self._given = 0  # pictures given out since the first epoch began
        self._ahead: _Ahead | None = None

    @property
    def epoch(self) -> int:
        """How many epochs are complete: each picture has been given out at least so often."""
        return self._given // len(self.indexes)

    def next(self) -> FeedBatch:
        """The next batch; waits only if it is not made yet. Raises JobError if it cannot be."""
        if self._ahead is None:
            self._ahead = _Ahead(self._batches(self._given))
            weakref.finalize(self, self._ahead.close)
        batch = self._ahead.take()
        np.add.at(self.seen, batch.indexes, 1)
        self._given += self.batch
        return batch

    def state(self) -> dict[str, Any]:
        """Where the feed stands: what was given out, not what waits. JSON values and one array."""
        return {"given": self._given, "seen": self.seen.copy(), "digest": self.store.digest,
                "seed": self.seed, "batch": self.batch}  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where `state()` was taken. Raises UserError for another store or seed."""
        if state["digest"] != self.store.digest:
            raise UserError(
                "cannot go on: the pictures of this run are not those it began with; give the "
                "same folder and conditions, or begin anew in another place"
            )
        if state["seed"] != self.seed:
            raise UserError(
                "cannot go on: the seed of this run is not the one it began with, which was "
                f"{state['seed']}"
            )
        self.close()
        self._given = int(state["given"])
        self.seen = np.array(state["seen"], np.int64)

    def close(self) -> None:
        """Ends the thread; `next` starts it again where it was."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def __enter__(self) -> Feed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _batches(self, given: int) -> Iterator[FeedBatch]:
        """The batches from a place on, by a function that does not hold the feed: while its
        thread ran, a feed that nobody has any more would never end.
        """
        return _batches(
            self.store.pixels, self.indexes, given, self.batch, self.seed, self.device, self.mirror
        )


def epoch_order(count: int, seed: int, epoch: int, mirror: bool) -> tuple[Indexes, Flips]:
    """The places 0 … count - 1 in the order of an epoch, and which are mirrored, each (count,)."""
    draw = generator(seed, "feed", epoch)
    order = draw.permutation(count).astype(np.int64)
    flips = draw.random(count) < 0.5
    return order, flips if mirror else np.zeros(count, bool)


def _batches(
    pixels: npt.NDArray[np.uint8], indexes: Indexes, given: int, batch: int, seed: int,
    device: torch.device, mirror: bool,
) -> Iterator[FeedBatch]:  # fmt: skip
    count = len(indexes)
    epoch, place = divmod(given, count)
    order, flips = epoch_order(count, seed, epoch, mirror)
    while True:
        rows, turned = order[place : place + batch], flips[place : place + batch]
        place += batch
        if place > count:
            epoch, place = epoch + 1, place - count
            order, flips = epoch_order(count, seed, epoch, mirror)
            rows = np.concatenate([rows, order[:place]])
            turned = np.concatenate([turned, flips[:place]])
        chosen = indexes[rows]
        yield FeedBatch(_on_device(gathered(pixels, chosen, turned), device), chosen, turned)


def gathered(
    pixels: npt.NDArray[np.uint8], indexes: Indexes, flips: Flips
) -> npt.NDArray[np.uint8]:
    """The crops of these indexes, some mirrored: (B, S, S, 3) uint8."""
    out = pixels[indexes]
    whole = out.view("V3")[..., 0]  # (B, S, S): three bytes at a time take half as long
    whole[flips] = whole[flips][:, :, ::-1]
    return out


def _on_device(crops: npt.NDArray[np.uint8], device: torch.device) -> Tensor:
    """(B, S, S, 3) uint8 → (B, 3, S, S) float32 in [-1, 1], channels last, where it is needed.

    Bytes cross to a GPU and become floats there: a quarter of the way.
    """
    whole = torch.from_numpy(crops)
    if device.type == "cuda":
        whole = whole.pin_memory().to(device, non_blocking=True)
    # the bytes lie as channels last already, and a change of type keeps how they lie
    return whole.permute(0, 3, 1, 2).to(torch.float32).mul_(1 / 127.5).sub_(1)


class _Ahead:
    """An iterator run in a thread, a few results ahead."""

    def __init__(self, results: Iterator[FeedBatch]) -> None:
        self._queue: queue.Queue[FeedBatch | BaseException] = queue.Queue(AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=_fill, args=(results, self._queue, self._stop), name="picture feed", daemon=True
        )
        self._thread.start()

    def take(self) -> FeedBatch:
        found = self._queue.get()
        if isinstance(found, BaseException):
            self._queue.put(found)  # whoever asks again hears it again
            raise JobError(f"the pictures cannot be read any more: {found}") from found
        return found

    def close(self) -> None:
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.02)  # room for the one that is being put
            except queue.Empty:
                self._thread.join(0.02)


def _fill(
    results: Iterator[FeedBatch],
    waiting: queue.Queue[FeedBatch | BaseException],
    stop: threading.Event,
) -> None:
    try:
        for result in results:
            waiting.put(result)
            if stop.is_set():
                return
    except BaseException as error:
        waiting.put(error)
