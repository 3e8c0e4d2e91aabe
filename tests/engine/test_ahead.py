"""Working ahead changes the waiting and nothing else."""

from __future__ import annotations

import threading
import time

import pytest

from haiga.engine.ahead import one_ahead


def test_results_are_those_of_map_in_order() -> None:
    assert list(one_ahead(lambda n: n * n, range(20))) == [n * n for n in range(20)]
    assert list(one_ahead(lambda n: n, [])) == []


def test_the_next_is_made_while_the_caller_is_busy() -> None:
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        return n

    results = one_ahead(work, range(5))
    assert next(results) == 0
    deadline = time.monotonic() + 5
    while 1 not in begun and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    assert begun in ([0, 1], [0, 1, 2])  # one waits, one may be begun; never further


def test_an_error_comes_where_its_result_would_and_ends_the_work() -> None:
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        if n == 2:
            raise ValueError("two")
        return n

    results = one_ahead(work, range(10))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)
    assert begun == [0, 1, 2]


def test_a_caller_that_stops_leaves_no_thread_working() -> None:
    begun: list[int] = []
    results = one_ahead(begun.append, range(1000))
    next(results)
    results.close()  # type: ignore[attr-defined]
    time.sleep(0.8)
    done = len(begun)
    time.sleep(0.3)
    assert len(begun) == done <= 4
    assert not any(t.name == "one ahead" and t.is_alive() for t in threading.enumerate())
