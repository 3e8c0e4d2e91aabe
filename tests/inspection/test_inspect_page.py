"""The page of an inspection, in a real browser: by mouse, by keyboard, on a phone, unscripted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn import drawn

from haiga.core.errors import UserError
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.inspection.inspect_page import check_page_folder, write_inspection
from haiga.inspection.inspect_report import Inspection, Subject
from haiga.inspection.originality import Limits, Named, Originality, Reference
from haiga.inspection.originality_leaning import leaning_of

PICTURES = {f"p{seed}.png": drawn(seed) for seed in range(8)}
MADE = {
    "new </script> & long-" + "x" * 60: drawn(300),
    "copy": np.ascontiguousarray(PICTURES["p2.png"][8:100, 20:140][:, ::-1]),
    "other": drawn(301),
}
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
browsed = pytest.mark.skipif(BROWSER is None, reason="no Chromium on PATH to open the page with")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    eye = Eye(threads=1)
    named = [Named(key, f"Work <{key}>", "Ada") for key in PICTURES]
    looks = looks_of(list(PICTURES.values()), eye)
    reference = Reference(named, looks, PICTURES.__getitem__)
    judge = Originality(reference, Limits(0.6, 0.5, 0.8, 0.01, 0.03, 60))
    found = tuple(judge.inspect(picture, eye) for picture in MADE.values())
    subjects = tuple(Subject(key, lambda key=key: MADE[key]) for key in MADE)  # type: ignore[misc]
    inspection = Inspection(
        "made", "works", judge, subjects, found, leaning_of(judge, found), (("b.png", "is empty"),)
    )
    return write_inspection(inspection, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(chromium: Any, page: Path, **settings: Any) -> tuple[Any, list[str]]:
    context = chromium.new_context(**settings)
    tab, complaints = context.new_page(), []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text))
    tab.on("requestfailed", lambda asked: complaints.append(asked.url))
    tab.on("request", lambda asked: complaints.append(asked.url)
           if not asked.url.startswith(("file:", "data:")) else None)  # fmt: skip
    tab.goto(page.as_uri())
    return tab, complaints


@browsed
def test_a_case_is_opened_blinked_and_closed_by_keyboard_alone(chromium: Any, page: Path) -> None:
    tab, complaints = opened(chromium, page)
    assert tab.locator(".tile .judged").first.inner_text() == "copy"
    assert not tab.locator(".case").first.is_visible()
    tab.locator(".tile").first.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("Enter")
    dialog = tab.locator("dialog[open]")
    assert "copy" in dialog.get_attribute("aria-label")
    assert "mirrored" in dialog.inner_text()
    assert dialog.locator(".seen").inner_text() == "what was made"
    tab.keyboard.press("Space")
    assert dialog.locator(".seen").inner_text() == "“Work <p2.png>” by Ada"
    made, other = (dialog.locator(".stage img").nth(n) for n in (0, 1))
    assert other.is_visible()
    sizes = [one.evaluate("one => [one.naturalWidth, one.naturalHeight]") for one in (made, other)]
    assert sizes[0] == sizes[1] != [0, 0]
    assert made.bounding_box() == other.bounding_box()
    tab.keyboard.press("ArrowRight")
    assert dialog.locator(".neighbour a").nth(1).get_attribute("aria-current") == "true"
    outline = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert tab.evaluate(outline) != "none"
    tab.keyboard.press("Escape")
    assert tab.locator("dialog[open]").count() == 0
    assert tab.evaluate("document.activeElement.className") == "tile"
    assert complaints == []


@browsed
def test_a_case_is_saved_as_json(chromium: Any, page: Path) -> None:
    tab, complaints = opened(chromium, page)
    tab.locator(".tile").first.click()
    with tab.expect_download() as download:
        tab.get_by_text("Save", exact=True).click()
    case = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert case["judgement"] == "copy"
    assert case["nearest"]["key"] == "p2.png"
    assert case["nearest"]["alignment"]["mirrored"] is True
    tab.get_by_text("Close (Esc)").click()
    assert tab.locator("dialog[open]").count() == 0
    assert complaints == []


@browsed
@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "unscripted"])
def test_nothing_is_wider_than_a_phone(chromium: Any, page: Path, scripted: bool) -> None:
    tab, _ = opened(
        chromium, page, viewport={"width": 360, "height": 740}, java_script_enabled=scripted
    )
    if scripted:
        width = "one => [one.scrollWidth, one.clientWidth]"
        assert tab.locator("html").evaluate(width) == [360, 360]
        tab.locator(".tile").first.click()
        wide, there = tab.locator("dialog[open]").evaluate(width)
        assert wide == there == 360
        return
    for kind in (".case", ".neighbour", ".tile", "footer"):
        for one in tab.locator(kind).all():
            box = one.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360


@browsed
def test_without_script_every_case_is_a_plain_list_with_its_evidence(
    chromium: Any, page: Path
) -> None:
    tab, _ = opened(chromium, page, java_script_enabled=False)
    assert tab.locator(".case:visible").count() == len(MADE)
    assert tab.locator(".case .neighbour:visible").count() == len(MADE) * 12
    assert "their edges agree" in tab.locator(".case").first.inner_text()
    assert tab.locator("button").count() == 0


def test_a_folder_with_a_page_of_haigas_may_be_written_again_and_no_other(
    page: Path, tmp_path: Path
) -> None:
    check_page_folder(page.parent)
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(UserError, match="haiga did not write it"):
        check_page_folder(tmp_path)


def test_a_folder_of_ones_own_pictures_is_refused_and_a_new_or_empty_one_is_not(
    tmp_path: Path,
) -> None:
    check_page_folder(tmp_path / "new")
    (tmp_path / ".DS_Store").write_bytes(b"")
    check_page_folder(tmp_path)
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"such as holiday\.jpg; name a new folder"):
        check_page_folder(tmp_path)
