"""Work on the next item while the caller is busy with this one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def one_ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`work(item)` for every item, in order, one of them made ahead in a thread of its own.

    The results are those of `map(work, items)`; only the waiting differs. At
    most one finished result waits at a time. An error that `work` raises is
    raised where its result would have come, and no further item is begun. The
    thread is left behind when the caller stops, so `work` must only compute:
    nothing it does may have to be finished.
    """
    results: queue.Queue[tuple[R | None, BaseException | None, bool]] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(result: R | None, error: BaseException | None, last: bool) -> None:
        while not stopped.is_set():
            try:
                results.put((result, error, last), timeout=0.5)
                return
            except queue.Full:
                continue

    def make() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                put(work(item), None, False)
            put(None, None, True)
        except BaseException as error:
            put(None, error, True)

    def results_in_order() -> Iterator[R]:
        threading.Thread(target=make, name="one ahead", daemon=True).start()
        try:
            while True:
                result, error, last = results.get()
                if error is not None:
                    raise error
                if last:
                    return
                yield result  # type: ignore[misc]  # only the last carries none
        finally:
            stopped.set()

    return results_in_order()
