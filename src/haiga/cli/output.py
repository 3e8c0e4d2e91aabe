"""What the command writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from haiga.cli import ending


def give(text: str) -> None:
    """Write a line of the result to standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def give_json(value: Mapping[str, Any]) -> None:
    """Write one JSON object on one line to standard output, in ASCII so that any pipe takes it."""
    give(json.dumps(value, ensure_ascii=True, allow_nan=False, default=str))


def tell(text: str) -> None:
    """Write a message to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class Progress(Protocol):
    """Takes the name of the step that begins, and the end of each."""

    def begin(self, what: str) -> None: ...
    def advance(self) -> None: ...
    def hidden(self) -> AbstractContextManager[None]:
        """Out of the way while a result is written."""
        ...


class _Quiet:
    def begin(self, what: str) -> None:
        pass

    def advance(self) -> None:
        pass

    def hidden(self) -> AbstractContextManager[None]:
        return nullcontext()


class _Bar:
    """A rich progress bar on standard error."""

    def __init__(self, bar: Any, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("starting", total=total)

    def begin(self, what: str) -> None:
        self._bar.update(self._task, description=what.replace("_", " "))

    def advance(self) -> None:
        self._bar.advance(self._task)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()


def stop_if_interrupted() -> None:
    """Raise KeyboardInterrupt where a Ctrl-C has been swallowed by a library."""
    ending.check_interrupts()


@contextmanager
def stopped_with(said: Callable[[], str]) -> Iterator[None]:
    """Let a Ctrl-C end the command with a sentence on what is done and how to go on."""
    from haiga.core.errors import Stopped

    try:
        yield
    except KeyboardInterrupt as error:
        raise Stopped(said()) from error


def listener(bar: Progress) -> Callable[[Any], None]:
    """What to call with each event of a run: moves the bar, and lets Ctrl-C through."""

    def on_event(event: Any) -> None:
        ending.check_interrupts()
        if event.kind == "started":
            bar.begin(event.step)
        elif event.kind in ("done", "cached", "failed"):
            bar.advance()

    return on_event


@contextmanager
def progress(total: int) -> Iterator[Progress]:
    """A progress bar of `total` steps on a terminal; silence where there is none."""
    if not sys.stderr.isatty():
        yield _Quiet()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # Rich would send what we write to standard output to its own console instead.
    with RichProgress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        yield _Bar(bar, total)
