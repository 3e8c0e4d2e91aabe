"""A long run that nobody watches on a terminal says now and then what it does."""

from __future__ import annotations

import time

from haiga.cli.sign_of_life import SignOfLife
from haiga.engine.events import Event


def test_what_runs_is_told_after_a_while_less_and_less_often_and_not_after_the_end() -> None:
    told: list[str] = []
    sign = SignOfLife(told.append, after_s=0.2)
    sign.heard(Event("started", "poem", item="3"))
    sign.heard(Event("done", "poem", item="3"))
    sign.heard(Event("started", "painting[1]", item="3"))
    sign.heard(Event("started", "painting[2]", item="3"))
    time.sleep(1.1)  # lines at 0.2 and 0.6 s; the next would come at 1.4 s
    sign.close()
    assert told == ["… painting[1] of item 3 for 0 s and 1 more"] * 2 or (
        len(told) == 2 and told[1].endswith("for 1 s and 1 more")
    )


def test_a_run_whose_items_are_finished_in_time_stays_quiet() -> None:
    told: list[str] = []
    sign = SignOfLife(told.append, after_s=1.0)
    sign.heard(Event("started", "painting", item="3"))
    for _ in range(8):
        time.sleep(0.2)
        with sign.hidden():
            pass
    sign.close()
    assert told == []
