"""`haiga collection` as a user types it: gather, decide, pick, split, give away."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.core.collecting import Passport

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import collected, judge

ROWS = (
    ("boat", "Summer's Day", "Morisot, Berthe (French, 1841–1895)", "c. 1879", "CC0"),
    ("mill", "The Mill", "after Berthe Morisot", "1890", "CC BY-NC 4.0"),
    ("field", "A Field", "Claude Monet", "1880", "Public domain"),
    ("pond", "The Pond", "Berta Morisot", "", "© 2020 somebody, all rights reserved"),
)


@pytest.fixture
def pictures(work: Path) -> Path:
    """Four pictures with a table, one that the table does not name, and what people have."""
    folder = work / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(11)
    for name in (*(row[0] for row in ROWS), "stray"):
        noise = rng.integers(0, 255, (7, 9, 3), np.uint8)
        Image.fromarray(noise).resize((90, 70), Image.Resampling.BICUBIC).save(
            folder / f"{name}.png"
        )
    lines = [
        json.dumps(dict(zip(("file", "title", "artist", "date", "licence"), row, strict=True)))
        for row in ((f"{r[0]}.png", *r[1:]) for r in ROWS)
    ]
    lines.append(json.dumps({"file": "gone.png", "title": "not there"}))
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "page.jpg").write_bytes(b"<html>404</html>")
    (folder / "empty.png").write_bytes(b"")
    return folder


def tree(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_folder_becomes_a_collection_one_can_decide_on_and_give_away(
    run: Any, pictures: Path, work: Path
) -> None:
    before = tree(pictures)
    assert run("collection", "new", "women").code == 0
    added = run("collection", "add", "women", "pictures", "--json").object
    assert (added["new"], added["again"]) == (5, 0)
    assert any("3 pictures without a row" in note for note in added["notes"])
    missed = {one["id"]: one["reason"] for one in added["missed"]}
    assert {"gone.png", "page.jpg", "empty.png"} <= set(missed)
    again = run("collection", "add", "women", "pictures", "--json").object
    assert (again["new"], again["again"]) == (0, 5)

    (work / "list.csv").write_text("name,aliases,gender\nBerthe Morisot,,female\nNobody,,\n")
    picked = run("collection", "pick", "women", "--artists", "list.csv", "--json").object
    items = {one["number"]: one for one in run("collection", "list", "women", "--json").objects}
    titles = {one["id"]: one["passports"][0]["title"] for one in items.values()}
    assert [titles[i] for i in picked["kept"]] == ["Summer's Day"]
    assert [titles[one["item"]] for one in picked["attributed"]] == ["The Mill"]
    assert [one["maker"] for one in picked["near"]] == ["Berta Morisot"]
    assert picked["never_met"] == ["Nobody"]

    dropped = run(
        "collection", "pick", "women", "--artists", "list.csv", "--attributed", "--drop-others"
    )
    assert "3 dropped" in dropped.out
    undone = run("collection", "undo", "women")
    assert undone.out.count("no longer dropped") == 3

    by_title = {titles[one["id"]]: number for number, one in items.items()}
    day, mill, field = (by_title[t] for t in ("Summer's Day", "The Mill", "A Field"))
    assert run("collection", "keep", "women", str(day), str(mill), "--reason", "mine").code == 0
    assert run("collection", "drop", "women", str(field)).code == 0
    shown = run("collection", "show", "women", str(day))
    assert "kept (mine)" in shown.out
    assert "female (told by list.csv)" in shown.out

    made = run("collection", "export", "women", "--out", "out", "--licence-gate", "commercial")
    assert "1 kept back by the gate commercial" in made.err
    (row,) = map(json.loads, (work / "out" / "metadata.jsonl").read_text("utf-8").splitlines())
    assert (row["title"], row["gender"], row["licence"]) == ("Summer's Day", "female", "CC0")
    given = (work / "out" / row["file"]).read_bytes()
    assert hashlib.sha256(given).hexdigest() == row["sha256"] == before["boat.png"][0]
    told = (work / "out" / "CREDITS.txt").read_text("utf-8")
    assert "Summer's Day" in told
    assert str(work) not in told + json.dumps(row)
    assert tree(pictures) == before


def test_judges_propose_once_and_copies_stay_on_one_side_of_a_split(run: Any, work: Path) -> None:
    folder = work / "some"
    folder.mkdir()
    rng = np.random.default_rng(4)
    for n in range(8):
        noise = rng.integers(0, 255, (9, 9, 3), np.uint8)
        image = Image.fromarray(noise).resize((320, 300), Image.Resampling.BICUBIC)
        image.save(folder / f"{n}.png")
        if n == 3:
            image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "3 mirrored.png")
    Image.new("RGB", (300, 300), (90, 90, 90)).save(folder / "blank.png")
    run("collection", "new", "some")
    run("collection", "add", "some", "some")
    first = run("collection", "judge", "some", "--json").object
    assert (first["items"], first["looked_at"]) == (10, 10)
    assert first["proposals"]["blank.v1"] == 1
    assert first["proposals"]["duplicates.v1"] == 1
    again = run("collection", "judge", "some", "--json").object
    assert again["looked_at"] == 0
    assert again["proposals"] == first["proposals"]
    listed = run("collection", "list", "some", "--json").objects
    against = {one["passports"][0]["source_id"]: one["verdicts"] for one in listed}
    assert {v["name"] for v in against["blank.png"]} >= {"blank.v1"}
    mirrored = [v for v in against["3.png"] + against["3 mirrored.png"]
                if v["name"] == "duplicates.v1"]  # fmt: skip
    assert len(mirrored) == 1
    assert "mirrored" in mirrored[0]["reason"]
    number = next(one["number"] for one in listed if one["passports"][0]["source_id"] == "3.png")
    file = work / run("collection", "show", "some", str(number), "--json").object["file"]
    whole = file.read_bytes()
    file.write_bytes(bytes(len(whole)))  # as a failing disk gives it
    damaged = run("collection", "judge", "some")
    assert damaged.code == 2
    assert damaged.err.startswith(f"haiga: item {number}, '3.png': its file ")
    file.write_bytes(whole)
    ruled = run("collection", "rule", "some", "blank.v1 drops")
    assert "1 dropped" in ruled.out
    for seed in range(6):
        made = f"s{seed}"
        run("collection", "split", "some", "--name", made, "--test", "0.3", "--seed", str(seed))
    run("collection", "export", "some", "--undecided", "--out", "out")
    rows = [json.loads(line) for line in (work / "out" / "metadata.jsonl").open(encoding="utf-8")]
    pair = [row for row in rows if row["source_id"].startswith("3")]
    assert len(pair) == 2
    assert all(pair[0][f"split_s{seed}"] == pair[1][f"split_s{seed}"] for seed in range(6))
    small = run("collection", "judge", "some", "--judge", "small.v1", "--set",
                "small.v1.least_px=999", "--json").object  # fmt: skip
    assert small["proposals"]["small.v1"] == 9
    for words, told in (
        (("--judge", "blurd.v1"), "did you mean"),
        (("--set", "small.v1.leest=4"), "no such setting"),
        (("--set", "nonsense"), "it looks like"),
    ):
        wrong = run("collection", "judge", "some", *words)
        assert wrong.code == 2
        assert told in wrong.err


def test_a_gate_at_the_door_keeps_what_may_not_be_sold_outside(run: Any, pictures: Path) -> None:
    run("collection", "new", "sold")
    added = run(
        "collection", "add", "sold", "pictures", "--licence-gate", "commercial", "--json"
    ).object
    assert added["new"] == 2
    reasons = {one["id"]: one["reason"] for one in added["missed"]}
    assert {"mill.png", "pond.png"} <= set(reasons)


def test_a_split_is_frozen_and_goes_into_the_export(run: Any, pictures: Path, work: Path) -> None:
    run("collection", "new", "parts")
    run("collection", "add", "parts", "pictures")
    one = run("collection", "split", "parts", "--validation", "0.25", "--test", "0", "--json")
    assert one.object["sizes"] == {"train": 4, "validation": 1, "test": 0}
    same = run("collection", "split", "parts", "--validation", "0.25", "--test", "0", "--json")
    assert same.object["digest"] == one.object["digest"]
    other = run("collection", "split", "parts", "--validation", "0.5", "--test", "0")
    assert other.code == 2
    assert "frozen with other parts" in other.err
    run("collection", "export", "parts", "--undecided", "--out", "out")
    rows = [json.loads(line) for line in (work / "out" / "metadata.jsonl").open(encoding="utf-8")]
    assert sorted(row["split"] for row in rows) == [*["train"] * 4, "validation"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new", "../up"), "cannot be a collection's name"),
        (("new", "here"), "already"),
        (("add", "hera", "pictures"), "did you mean 'here'?"),
        (("add", "here", "nothing"), "there is no such folder or file"),
        (("add", "here", "mett:boats"), "did you mean 'met'?"),
        (("add", "here", "pictures", "--licence-gate", "free"), "commercial, share, research"),
        (("show", "here", "7"), "holds no item '7'"),
        (("undo", "here"), "no decision to undo"),
        (("rule", "here", "nonsense"), "it looks like"),
        (("pick", "here"), "by what?"),
        (("export", "here", "--out", "out"), "nothing is kept yet"),
        (("export", "here", "--out", "pictures", "--undecided"), "not empty"),
        (("split", "here", "--test", "1"), "nothing to learn from"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    run: Any, pictures: Path, words: tuple[str, ...], told: str
) -> None:
    run("collection", "new", "here")
    run("collection", "add", "here", "pictures")
    done = run("collection", *words)
    assert done.code == 2, done.out + done.err
    assert told in done.err
    assert "Traceback" not in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_file_named_by_hostile_bytes_is_taken_under_a_printable_name(
    run: Any, work: Path
) -> None:
    folder = work / "odd"
    folder.mkdir()
    names = ["new\nline.png", "雪🌙.png", "‮evil.png", "-rf.png", "a'b\".png"]
    for i, name in enumerate(names):
        Image.new("RGB", (40, 40), (40 * i, 99, 10)).save(folder / name)
    (folder / "loop").symlink_to(folder)
    (folder / "broken.png").symlink_to("nowhere")
    run("collection", "new", "odd")
    added = run("collection", "add", "odd", "odd", "--json").object
    assert added["new"] == 5
    assert any(one["id"] == "broken.png" for one in added["missed"])
    listed = run("collection", "list", "odd")
    assert len(listed.out.splitlines()) == 5


def test_a_report_goes_over_its_own_page_and_over_nobody_elses(
    run: Any, pictures: Path, work: Path
) -> None:
    run("collection", "new", "told")
    run("collection", "add", "told", "pictures")
    assert run("collection", "report", "told", "--html", "r.html").code == 0
    assert run("collection", "report", "told", "--html", "r.html").code == 0
    (work / "mine.html").write_text("<p>mine</p>")
    for target, kept in (("mine.html", "mine.html"), ("folder", "folder/report.json")):
        (work / "folder").mkdir(exist_ok=True)
        (work / "folder" / "report.json").write_text("mine")
        before = (work / kept).read_bytes()
        done = run("collection", "report", "told", "--html", target)
        assert done.code == 2
        assert "haiga did not write it" in done.err
        assert (work / kept).read_bytes() == before


def test_a_file_that_is_gone_is_named_and_the_others_go_on(
    run: Any, pictures: Path, work: Path
) -> None:
    run("collection", "new", "lost")
    run("collection", "add", "lost", "pictures")
    run("collection", "judge", "lost")
    shown = run("collection", "show", "lost", "2", "--json").object
    file = Path(shown["file"]) if Path(shown["file"]).is_absolute() else work / shown["file"]
    title = shown["passports"][0]["title"]
    file.unlink()
    said = f"item 2, '{title}': its file is gone from the collection; add its source again"
    judged = run("collection", "judge", "lost", "--set", "small.v1.least_px=10")
    assert judged.code == 0, judged.err
    assert said in judged.err
    assert "1 without a file" in judged.out
    exported = run("collection", "export", "lost", "--undecided", "--out", "out")
    assert exported.code == 0, exported.err
    assert said in exported.err
    assert not (work / "out" / file.name).exists()
    assert len(list((work / "out").glob("0*"))) == len(
        (work / "out" / "metadata.jsonl").read_text("utf-8").splitlines()
    )
    assert "1 file restored" in run("collection", "add", "lost", "pictures").out
    assert file.is_file()


def test_what_a_rule_did_is_undone_in_a_few_lines(run: Any, work: Path) -> None:
    long = "A very long title of a picture that goes on and on " * 4
    made = collected(work / "haiga-studio", [Passport("t", f"{i}", title=long) for i in range(14)])
    judge(made, "blurred.v1", dict.fromkeys(range(1, 15), 0.1))
    assert "14 dropped" in run("collection", "rule", "small", "blurred.v1 drops").out
    lines = run("collection", "undo", "small").out.splitlines()
    assert len(lines) == 12
    assert all(line.startswith("no longer dropped by rule") for line in lines[:10])
    assert all(len(line) < 130 for line in lines)
    assert lines[10:] == ["and 4 more", "14 decisions undone"]
    assert all(item.fate == "undecided" for item in made.items())


def test_a_folder_that_was_mended_has_no_misses_left(run: Any, pictures: Path) -> None:
    run("collection", "new", "mended")
    told = run("collection", "add", "mended", "pictures").err
    assert "not added: gone.png is listed in metadata.jsonl and is not there" in told
    (pictures / "page.jpg").unlink()
    run("collection", "add", "mended", "pictures", "--limit", "1")
    report = run("collection", "report", "mended").out
    assert "page.jpg" in report
    run("collection", "add", "mended", "pictures")
    report = run("collection", "report", "mended").out
    assert "page.jpg" not in report
    assert "gone.png" in report


def test_an_export_that_cannot_be_written_is_said_so(run: Any, pictures: Path, work: Path) -> None:
    run("collection", "new", "here")
    run("collection", "add", "here", "pictures")
    before = sorted(path.name for path in work.iterdir())
    out = "x" * 250  # a folder could be called so, but not with more before and after it
    done = run("collection", "export", "here", "--undecided", "--out", out)
    assert done.code == 2
    assert done.err == f"haiga: {out}: cannot be written: its name is too long\n"
    assert sorted(path.name for path in work.iterdir()) == before


def test_labels_are_a_column_that_there_is(run: Any, work: Path) -> None:
    told = [Passport("t", f"{i}", columns={"Style": "ab"[i % 2]}) for i in range(4)]
    made = collected(work / "haiga-studio", told)
    wrong = run("collection", "judge", "small", "--label", "stile")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 1)
    assert "--label 'stile': no item has a column 'stile'; did you mean 'Style'?" in wrong.err
    other = run("collection", "judge", "small", "--judge", "small.v1", "--label", "Style")
    assert (other.code, other.out) == (2, "")
    assert "--judge mislabelled.v1" in other.err
    assert made.verdicts() == {}
    right = run("collection", "judge", "small", "--judge", "mislabelled.v1", "--label", "style")
    assert right.code == 0, right.err
    assert made.judged()["mislabelled.v1"]
    assert '"Style"' in next(iter(made.judged()["mislabelled.v1"].values()))
