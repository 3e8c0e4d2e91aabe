"""The report on a collection: its figures, its page, and the page in a real browser."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.actions.collection_report import collection_page, write_collection_report
from haiga.collection.decisions import decide
from haiga.collection.report import report_on
from haiga.collection.rules import apply_rule
from haiga.collection.split import freeze_split, part_items
from haiga.collection.store import Collection
from haiga.core.collecting import Looks, Missed, Passport
from haiga.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
sys.path.insert(0, str(Path(__file__).parents[1] / "pages"))

from page_reading import read
from small_collections import collected, judge

COUNT = 30


def looks(seed: int) -> Looks:
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> Any:
        return rng.normal(size=shape).astype(np.float16)

    return Looks(np.zeros(2, np.uint64), some(16, 16, 3), some(2, 256), some(2, 384), some(64),
                 some(48))  # fmt: skip


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Thirty pictures under three licences, judged by two, some decided, two missed."""
    told = [
        Passport(
            "test", f"{i:03}.png", title=f"<Work> & {i}", maker="Morisot, Berthe" if i % 2 else "",
            date=f"{1870 + i}", licence=("CC0-1.0", "CC BY-NC 4.0", "")[i % 3],
            credit=f"House {i % 4}",
            columns={"artist_gender": "female"} if i % 2 else {},
        )
        for i in range(COUNT)
    ]  # fmt: skip
    missed = [Missed("x.heic", "is not a picture"), Missed("y.heic", "is not a picture")]
    made = collected(tmp_path / "studio", told, missed=missed)
    items = made.items()
    made.keep_looks({item.id: looks(item.number) for item in items[:-1]})
    judge(made, "blurred.v1", {item.number: item.number / COUNT for item in items})
    judge(made, "small.v1", {1: 0.1, 2: 0.9})
    decide(made, [items[0].id], "kept")
    apply_rule(made, "blurred.v1 < 0.15")
    freeze_split(made, "first", part_items(made.items(("kept", "undecided")), seed=1))
    return made


def test_its_figures_are_those_of_the_collection(collection: Collection) -> None:
    report = report_on(collection)
    assert report.counts == {
        "items": 30, "kept": 1, "undecided": 26, "dropped": 3, "missed": 2
    }  # fmt: skip
    (missed,) = report.missed
    assert (missed.reason, missed.count) == ("is not a picture", 2)
    blurred = report.judges[0]
    assert (blurred.proposed, blurred.open, blurred.rejected) == (14, 10, 1)
    assert [item.number for item, _ in report.examples["blurred.v1"]] == [1, 2, 3, 4, 5, 6]
    # dropped by the rule are 2, 3 and 4: one of each licence
    assert {row.name: row.items for row in report.licences} == {
        "CC0 1.0": 9, "CC BY-NC 4.0": 9, "unknown": 9
    }  # fmt: skip
    assert report.gates == {"commercial": 9, "share": 18, "research": 27}
    assert len(report.map) == report.looked_at == 29
    assert report.splits[0][1] == 3
    assert dict(report.rules) == {"rule blurred.v1 < 0.15: dropped": 3, "person: kept": 1}
    assert any("1 of 30 items have not been looked at" in note for note in report.notes)


def test_the_page_says_all_of_it_and_holds_no_script(collection: Collection) -> None:
    html = collection_page(report_on(collection), collection)
    found = read(html)
    assert not found.all("script")
    for said in ("blurred.v1, the worst 6 of 14", "is not a picture", "not\u00a0told", "House 3",
                 "the column 'artist_gender' of test", "CC BY-NC 4.0", "Berthe"):  # fmt: skip
        assert said in found.text, said
    assert "<Work> & 3" in found.text
    assert len([g for g in found.all("g") if g.get("class") == "point"]) == 29
    assert all(str(i["src"]).startswith("data:image/jpeg") for i in found.all("img"))
    assert "http:" not in html.replace("http://www.w3.org/2000/svg", "")


def test_a_folder_gets_the_page_and_the_figures(collection: Collection, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    _, path = write_collection_report(
        collection, tmp_path / "out", on_each=lambda i, n: seen.append((i, n))
    )
    assert path == tmp_path / "out" / "report.html"
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert told["gates"] == {"commercial": 9, "share": 18, "research": 27}
    assert seen[-1][0] == seen[-1][1]
    _, path = write_collection_report(collection, tmp_path / "one.html")
    assert path.is_file()


def test_files_that_are_gone_and_an_empty_collection_are_reported_too(
    collection: Collection, tmp_path: Path
) -> None:
    for file in collection.folder.glob("files/*/*"):
        file.unlink()
    found = read(collection_page(report_on(collection), collection))
    assert not found.all("img")
    assert "29 files of it cannot be read any more" in found.text
    empty = Collection.new(tmp_path / "studio", "empty")
    assert read(collection_page(report_on(empty), empty)).text


def test_where_it_cannot_be_written_it_says_so(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="cannot be used as a folder"):
        write_collection_report(collection, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.fixture
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        shown = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield shown
        shown.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_in_a_browser_a_dot_shows_its_picture_by_pointing_and_by_the_keyboard(
    browser: Any, collection: Collection, tmp_path: Path, width: int
) -> None:
    _, path = write_collection_report(collection, tmp_path / "one.html")
    shown = browser.new_page(viewport={"width": width, "height": 900})
    faults: list[str] = []
    shown.on("console", lambda message: faults.append(message.text))
    shown.on("requestfailed", lambda request: faults.append(request.url))
    shown.goto(path.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    points, seen = shown.locator(".map .point"), shown.locator(".map .seen")
    assert not seen.nth(3).is_visible()
    points.nth(3).focus()
    assert seen.nth(3).is_visible()
    shown.keyboard.press("Tab")
    assert seen.nth(4).is_visible()
    assert not seen.nth(3).is_visible()
    points.nth(7).locator(".spot").hover(force=True)
    assert shown.locator(".map .point:hover .seen").count() == 1
    whole = shown.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert whole
    assert faults == []
