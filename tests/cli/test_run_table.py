"""The live table of a run counts what its events tell."""

from __future__ import annotations

import io

from rich.console import Console

from haiga.cli.run_table import BAR, Tally, bar, drawn
from haiga.engine.events import Event


def told(*events: Event) -> Tally:
    tally = Tally(total=8)
    for event in events:
        tally.heard(event)
    return tally


def test_every_event_moves_its_row() -> None:
    tally = told(
        Event("queued", "a"),
        Event("started", "a"),
        Event("started", "a[1]"),
        Event("retried", "a"),
        Event("done", "a", 2.0, peak_mb=300),
        Event("cached", "a[2]"),
        Event("started", "a[3]"),
        Event("failed", "a[3]", 0.5, peak_mb=100),
    )
    assert (tally.running, tally.done, tally.cached, tally.failed) == (1, 1, 1, 1)
    assert (tally.seconds, tally.peak_mb) == (2.5, 300)


def test_a_bar_is_full_when_all_is_over() -> None:
    assert bar(0, 8).count("━") == 0
    assert bar(4, 8).count("━") == BAR // 2
    assert bar(8, 8).count("━") == BAR
    assert bar(0, 0).count("─") == BAR


def test_the_table_has_a_row_a_step() -> None:
    out = io.StringIO()
    rows = {"poem": told(Event("started", "a"), Event("done", "a", 1.25)), "page": Tally(2)}
    Console(file=out, width=100, no_color=True).print(drawn(rows))
    lines = out.getvalue().splitlines()
    assert lines[0].split() == [
        "step",
        "done",
        "cached",
        "running",
        "failed",
        "seconds",
        "peak",
        "MB",
    ]
    assert lines[1].split()[0] == "poem"
    assert lines[1].split()[-2:] == ["1", "1.2"]
    assert lines[2].split()[0] == "page"
