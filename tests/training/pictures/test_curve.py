"""The learning curve: nested parts of the pictures, and advice that follows the intervals."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from haiga.core.errors import UserError
from haiga.training.pictures.curve import (
    Point,
    Span,
    advice,
    nested_subsets,
    point_of,
    table,
    write_curve,
)
from haiga.training.pictures.curve_runs import check_curve
from haiga.training.pictures.plan import Plan

from .stored import stored


def _span(value: float, half_width: float = 0.005) -> Span:
    return Span(value, value - half_width, value + half_width)


def _points(
    *kids: float, middle: float = 0.10, last: float | None = None, copied: str = ""
) -> list[Point]:
    names = ("quarter", "half", "all")
    return [
        Point(
            name, 100 * 2**i, 900, 900, _span(kid), _span(middle),
            _span(kid if last is None else last), name in copied,
        )
        for i, (name, kid) in enumerate(zip(names, kids, strict=True))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (_points(0.3, 0.2, 0.1), ["More pictures would help", "time would help cannot be told"]),
        (_points(0.3, 0.2, 0.05), ["More pictures would help", "More time would help: KID 0.1"]),
        (_points(0.3, 0.105, 0.1), ["helped from a quarter", "cannot be told", "cannot be told"]),
        (_points(0.1, 0.1, 0.1), ["Whether more pictures would help cannot be told", "overlap"]),
        (_points(0.1, 0.1, 0.1, copied="half"), ["with half of them it began to copy"]),
        (_points(0.05, 0.05, 0.1, last=0.2),
         ["More pictures would not help", "More time would not help: its best was step 900",
          "So better pictures would help most"]),
        (_points(0.1, 0.1, 0.1, copied="all"), ["More time would not help: with all pictures"]),
    ],
)  # fmt: skip
def test_the_advice_follows_the_intervals(points: list[Point], said: list[str]) -> None:
    text = " ".join(advice(points))
    for sentence in said:
        assert sentence in text


def test_better_pictures_are_not_advised_while_anything_cannot_be_told() -> None:
    assert "better pictures" not in " ".join(advice(_points(0.05, 0.05, 0.1)))


def test_the_parts_lie_within_each_other_and_share_no_work_with_what_is_held_out(
    tmp_path: Path,
) -> None:
    columns = [{"id": f"work {number // 2}"} for number in range(40)]
    store = stored(tmp_path, 40, columns=columns)
    subsets = nested_subsets(store, seed=1)
    quarter, half, whole = (set(subsets[name].tolist()) for name in ("quarter", "half", "all"))
    assert quarter < half < whole == set(store.train.tolist())
    assert len(quarter) == pytest.approx(len(whole) / 4, abs=2)
    for part in (quarter, half):
        works = {store.items[i].group for i in part}
        assert {i for i in whole if store.items[i].group in works} == part


def test_a_point_is_the_kept_look_of_a_run() -> None:
    rows = [
        {"step": 10, "kid": 0.3, "kid_low": 0.2, "kid_high": 0.4, "best": 0},
        {"step": 50, "kid": 0.1, "kid_low": 0.05, "kid_high": 0.2, "best": 1},
        {"step": 100, "kid": 0.2, "kid_low": float("nan"), "kid_high": float("nan"), "best": 0},
    ]
    point = point_of("half", 12, rows, copied=True)
    assert (point.best_step, point.steps, point.kid) == (50, 100, Span(0.1, 0.05, 0.2))
    assert point.middle == point.kid
    assert point.last == Span(0.2, 0.2, 0.2)


def test_the_curve_is_written_as_a_page_and_as_numbers(tmp_path: Path) -> None:
    points = _points(0.3, 0.2, 0.1)
    write_curve(tmp_path, points)
    page = (tmp_path / "learning-curve.html").read_text()
    assert "<svg" in page
    assert "More pictures would help" in page
    kept = json.loads((tmp_path / "learning-curve.json").read_text())
    assert kept["points"][1] == dataclasses.asdict(points[1])
    assert table(points)[0][1] == "100 (25 %)"


def _begun(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Plan("dcgan", "data", 40, 8, 1, 100, (100,), 8).save(folder)


def test_a_curve_is_not_gone_on_with_as_a_single_training_nor_the_other_way_round(
    tmp_path: Path,
) -> None:
    part, whole, both = tmp_path / "part", tmp_path / "whole", tmp_path / "both"
    _begun(part / "work" / "quarter")
    _begun(whole / "work")
    _begun(both / "work" / "quarter")
    _begun(both / "work")
    with pytest.raises(UserError, match="not finished; go on with it by --resume --learning-curve"):
        check_curve(part, resume=True, curve=False)
    with pytest.raises(UserError, match="was not begun as a learning curve"):
        check_curve(whole, resume=True, curve=True)
    check_curve(part, resume=True, curve=True)
    check_curve(whole, resume=True, curve=False)
    for curve in (True, False):
        check_curve(both, resume=True, curve=curve)
