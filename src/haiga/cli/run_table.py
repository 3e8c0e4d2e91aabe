"""The live table of a run: one row a step, moved by the run's events."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from haiga.cli.sign_of_life import sign_of_life

if TYPE_CHECKING:
    from haiga.actions.pipelines.compile import Compiled
    from haiga.engine.events import Event

REFRESHES_PER_S = 8
BAR = 16
"""Characters of a full bar."""


class RunTable(Protocol):
    """Hears the events of a run and shows where it stands."""

    def heard(self, event: Event) -> None: ...

    def hidden(self) -> AbstractContextManager[None]:
        """Out of the way while a result is written."""
        ...


@dataclass
class Tally:
    """What has happened to one step so far; `seconds` is what the work took in all."""

    total: int
    running: int = 0
    done: int = 0
    cached: int = 0
    failed: int = 0
    retried: int = 0
    seconds: float = 0.0
    peak_mb: int = 0

    def heard(self, event: Event) -> None:
        """Counts an event of this step."""
        if event.kind == "started":
            self.running += 1
        elif event.kind == "cached":
            self.cached += 1
        elif event.kind == "retried":
            self.retried += 1
        elif event.kind in ("done", "failed"):
            self.running = max(0, self.running - 1)
            self.seconds += event.seconds
            self.peak_mb = max(self.peak_mb, event.peak_mb)
            self.done += event.kind == "done"
            self.failed += event.kind == "failed"


class _Live:
    """A rich table on standard error."""

    def __init__(self, live: Any, tallies: dict[str, Tally], rows: dict[str, str]) -> None:
        self._live, self._tallies, self._rows = live, tallies, rows

    def heard(self, event: Event) -> None:
        row = self._rows.get(event.step.partition("[")[0])
        if row is not None:
            self._tallies[row].heard(event)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()


@contextmanager
def run_table(compiled: Compiled, items: int) -> Iterator[RunTable]:
    """A table on a terminal; where there is none, a line now and then of what takes long."""
    if not sys.stderr.isatty():
        with sign_of_life() as sign:
            yield sign
        return
    from rich.console import Console
    from rich.live import Live

    from haiga.actions.pipelines.show import written_name

    rows = {step.name: written_name(compiled, step.name) for step in compiled.pipeline.steps}
    tallies: dict[str, Tally] = {}
    for step in compiled.pipeline.steps:
        width = items * compiled.widths[step.name]
        tally = tallies.setdefault(rows[step.name], Tally(0))
        tally.total += width
    with Live(
        get_renderable=lambda: drawn(tallies),
        console=Console(stderr=True),
        refresh_per_second=REFRESHES_PER_S,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as live:
        yield _Live(live, tallies, rows)


def drawn(tallies: dict[str, Tally]) -> Any:
    """The rows as a rich table."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="italic dim")
    table.add_column("step", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name in ("done", "cached", "running", "failed", "seconds", "peak MB"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, tally in tallies.items():
        ended = tally.done + tally.cached + tally.failed
        table.add_row(
            name,
            bar(ended, tally.total, bool(tally.failed)),
            f"{tally.done:,}" if tally.done else "",
            f"{tally.cached:,}" if tally.cached else "",
            f"[bold]{tally.running:,}[/]" if tally.running else "",
            f"[red]{tally.failed:,}[/]" if tally.failed else "",
            f"{tally.seconds:,.1f}" if tally.seconds >= 0.05 else "",
            f"{tally.peak_mb:,}" if tally.peak_mb else "",
        )
    return table


def bar(ended: int, total: int, red: bool = False) -> str:
    """How much of a step is over, as a line of characters."""
    full = BAR * ended // total if total else 0
    colour = "red" if red else "default"
    return f"[{colour}]{'━' * full}[/][dim]{'─' * (BAR - full)}[/]"
