"""`haiga inspect`: pictures beside a folder or a collection, and poems beside an index."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


def picture(seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    small = np.random.default_rng(seed).integers(0, 256, (7, 9, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(small).resize((96, 72), Image.Resampling.NEAREST))


@pytest.fixture
def paintings(work: Path) -> Path:
    """Eight pictures with a table, and one that cannot be read."""
    folder = work / "paintings"
    folder.mkdir()
    for seed in range(8):
        Image.fromarray(picture(seed)).save(folder / f"{seed}.png")
    (folder / "broken.png").write_bytes(b"no picture")
    rows = "".join(f"{seed}.png,Work {seed},Ada\n" for seed in range(8))
    (folder / "metadata.csv").write_text(f"file,title,artist\n{rows}broken.png,,\n")
    return folder


@pytest.fixture
def made(work: Path) -> Path:
    folder = work / "made"
    folder.mkdir()
    Image.fromarray(picture(3)[:, ::-1]).save(folder / "a.png")
    Image.fromarray(picture(77)).save(folder / "b.png")
    return folder


def test_a_copy_is_found_in_a_folder_and_a_page_is_written(
    run: Any, work: Path, paintings: Path, made: Path
) -> None:
    done = run("inspect", "made", "--pictures", "paintings", "--json", "--html", "page")
    assert done.code == 0, done.err
    first, second, whole = done.objects
    assert (first["picture"], first["judgement"]) == ("a.png", "copy")
    assert first["nearest"]["title"] == "Work 3"
    assert first["nearest"]["alignment"]["mirrored"]
    assert second["judgement"] != "copy"
    assert whole["pictures"] == 8
    assert whole["inspected"] == 2
    assert "rough" in whole["limits"]["told"]
    assert whole["left_out"][0]["key"] == "broken.png"
    assert "left out: broken.png" in done.err
    page = (work / "page" / "index.html").read_text("utf-8")
    for address in re.findall(r'(?:src|href|data-made|data-other)="([^"]+)"', page):
        assert address.startswith("#") or (work / "page" / address).is_file()
    assert "Work 3" in page


def test_a_page_of_somebody_else_is_not_replaced(
    run: Any, work: Path, paintings: Path, made: Path
) -> None:
    (work / "page").mkdir()
    (work / "page" / "index.html").write_text("mine")
    done = run("inspect", "made", "--pictures", "paintings", "--html", "page")
    assert done.code == 2
    assert "haiga did not write it" in done.err
    assert (work / "page" / "index.html").read_text() == "mine"


def test_no_page_is_written_among_pictures_of_ones_own(
    run: Any, work: Path, paintings: Path, made: Path
) -> None:
    before = sorted(made.iterdir())
    done = run("inspect", "made", "--pictures", "paintings", "--html", "made")
    assert done.code == 2
    assert "made: holds files that are no inspection of haiga's, such as a.png" in done.err
    assert sorted(made.iterdir()) == before


def test_a_collection_is_compared_with_and_keeps_the_looks(
    run: Any, work: Path, made: Path
) -> None:
    from haiga.collection.store import Collection
    from haiga.core.collecting import Item, Passport

    collection = Collection.new(work / "studio", "mine")
    for seed in range(4):
        path = work / f"{seed}.png"
        Image.fromarray(picture(seed)).save(path)
        id_ = f"{seed:064x}"
        collection.keep_file(id_, ".png", path.read_bytes())
        item = Item(id_, seed + 1, ".png", path.stat().st_size, 96, 72, "", ())
        passport = Passport("test", str(seed), title=f"Work {seed}", maker="Bo")
        collection.insert([(item, "PNG")], [(id_, passport)])
    done = run("inspect", "made/a.png", "--collection", "mine", "--studio", "studio")
    assert done.code == 0, done.err
    assert done.out.startswith("copy  a.png\n      It is “Work 3” by Bo, mirrored")
    assert len(collection.looks()) == 4


def test_a_collections_limits_are_learned_once_and_again_when_it_changes(
    run: Any, work: Path, paintings: Path, made: Path
) -> None:
    run("collection", "new", "mine")
    run("collection", "add", "mine", "paintings")
    first = run("inspect", "made", "--collection", "mine", "--json")
    begun = "learning what is usual from 8 pictures, once for this collection …"
    assert begun in first.err
    second = run("inspect", "made", "--collection", "mine", "--json")
    assert "learning what is usual" not in second.err
    assert second.out == first.out
    ledger = first.objects[-1]["ledger"]
    assert ledger["makers"] == [{"value": "Ada", "told_by": "", "share": 1.0}]
    assert ledger["gender"] == [{"value": "not told", "told_by": "", "share": 1.0}]
    assert "leans on, by makers: Ada 100%" in run("inspect", "made", "--collection", "mine").out
    run("collection", "drop", "mine", "1")
    third = run("inspect", "made", "--collection", "mine", "--json")
    assert "learning what is usual" in third.err
    assert third.objects[-1]["pictures"] == 7


def test_an_unjudged_collections_own_files_are_copies_and_its_near_duplicates_are_counted(
    run: Any, work: Path, paintings: Path
) -> None:
    from haiga.actions.judge import GROUPS
    from haiga.collection.store import Collection
    from haiga.models.card import sha256

    (paintings / "metadata.csv").unlink()
    for seed in range(4):
        Image.fromarray(picture(seed)[9:65, 12:84]).save(paintings / f"{seed}-again.png")
    Image.fromarray(np.full((96, 96, 3), 128, np.uint8)).save(paintings / "flat.png")
    studio = ("--studio", "studio")
    run("collection", "new", "mine", *studio)
    run("collection", "add", "mine", "paintings", *studio)
    done = run("inspect", "paintings", "--collection", "mine", "--json", *studio)
    *cases, whole = done.objects
    assert {case["judgement"] for case in cases} == {"copy"}
    assert all(case["evidence"].endswith(": the very same file.") for case in cases)
    assert whole["limits"]["twins"] >= 3
    assert whole["limits"]["copy"] <= 0.9
    told = run("inspect", "paintings/0.png", "--collection", "mine", *studio).out
    assert "lie on one another" in told
    assert "judge it first, `haiga collection judge mine`" in told
    Collection.open(work / "studio", "mine").tell(GROUPS, json.dumps(
        {sha256(paintings / f"{seed}{end}.png"): str(seed) for seed in range(4)
         for end in ("", "-again")}))  # fmt: skip
    again = run("inspect", "paintings/0.png", "--collection", "mine", *studio)
    assert "learning what is usual" in again.err
    assert "lie on one another" not in again.out


def test_a_poem_is_told_with_what_it_shares(run: Any, work: Path) -> None:
    (work / "old.txt").write_text("Shall I compare thee to a summer's day?\nThou art more lovely\n")
    (work / "new.txt").write_text("a purple kettle\nphones the lonely elephant\n")
    old = run("inspect", "old.txt", "--model", "verse", "--json").object
    assert old["judgement"] == "copy"
    assert "Shakespeare" in old["shared"][0]["author"]
    assert run("inspect", "new.txt").out.startswith("new ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["made"], "name what to compare with"),
        (["--pictures", "paintings"], "give a file or a folder"),
        (["made", "--model", "watercolours", "--pictures", "paintings"], "not both"),
        (["nowhere", "--pictures", "paintings"], "there is no such file"),
        (["made", "--pictures", "nowhere"], "there is no such folder"),
        (["made", "--collection", "none"], "holds no collection"),
        (["poem.txt", "--pictures", "paintings"], "is a poem"),
        (["poem.txt", "--model", "eye"], "name a poet"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Any, work: Path, paintings: Path, made: Path, arguments: list[str], said: str
) -> None:
    (work / "poem.txt").write_text("the old pond\n")
    done = run("inspect", *arguments)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1
