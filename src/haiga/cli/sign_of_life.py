"""A line now and then from a long run where nobody sees a table or a bar."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haiga.engine.events import Event

AFTER_S = 30.0
"""So long without a finished item until a line says what runs; then twice as long, and so on."""
MOST_APART_S = 600.0


class SignOfLife:
    """Hears the events of a run, and tells what runs where no item has been finished for long."""

    def __init__(self, tell: Callable[[str], None], after_s: float = AFTER_S) -> None:
        self._tell, self._after_s = tell, after_s
        self._running: dict[str, float] = {}  # in the order in which they began
        self._finished, self._ended = threading.Event(), False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def heard(self, event: Event) -> None:
        """Notes what began and what ended."""
        named = f"{event.step} of item {event.item}" if event.item else event.step
        with self._lock:
            if event.kind == "started":
                self._running[named] = time.monotonic()
            elif event.kind in ("done", "failed"):
                self._running.pop(named, None)

    def hidden(self) -> AbstractContextManager[None]:
        """To be entered while a finished item is told: the waiting begins anew."""
        self._finished.set()
        return nullcontext()

    def close(self) -> None:
        """Tells nothing more."""
        self._ended = True
        self._finished.set()
        self._thread.join()

    def _watch(self) -> None:
        wait_s = self._after_s
        while not self._ended:
            if self._finished.wait(wait_s):
                self._finished.clear()
                wait_s = self._after_s
                continue
            wait_s = min(2 * wait_s, MOST_APART_S)
            with self._lock:
                running = list(self._running.items())
            if running:
                first, since = running[0]
                more = f" and {len(running) - 1} more" if len(running) > 1 else ""
                self._tell(f"… {first} for {time.monotonic() - since:.0f} s{more}")


@contextmanager
def sign_of_life() -> Iterator[SignOfLife]:
    """Lines on standard error, until the context ends."""
    from haiga.cli import output

    sign = SignOfLife(output.tell)
    try:
        yield sign
    finally:
        sign.close()


def wanted() -> bool:
    """Whether nothing else shows that a run goes on: standard error is no terminal."""
    return not sys.stderr.isatty()
