"""Collections on disk: what arrives stays, whatever happens."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from collection_source import Drawer, drawn

from haiga.collection.adding import add_from
from haiga.collection.decisions import decide, decisions, undo
from haiga.collection.export import credits_text, write_metadata
from haiga.collection.reasons import grouped
from haiga.collection.store import Collection, names
from haiga.core.collecting import Attribute, Missed, Passport
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.features.eye import Eye
from haiga.features.looks import looks_of


def test_a_picture_lands_by_its_digest_with_its_passport(collection: Collection) -> None:
    data = drawn(1, 80, 60)
    added = add_from(collection, Drawer({"a.png": data}))
    assert (added.new, added.again, added.same, added.missed) == (1, 0, 0, ())
    (item,) = collection.items()
    assert item.id == hashlib.sha256(data).hexdigest()
    assert (item.width, item.height, item.fate, item.number) == (80, 60, "undecided", 1)
    assert collection.file(item).read_bytes() == data
    assert item.passport == Passport("drawer", "a.png", title="T a.png")


def test_what_is_here_is_not_read_again(collection: Collection) -> None:
    add_from(collection, Drawer({"a": drawn(1)}))
    source = Drawer({"a": drawn(1), "b": drawn(2)})
    added = add_from(collection, source)
    assert source.reads == ["b"]
    assert (added.new, added.again) == (1, 1)


def test_the_same_bytes_from_two_sources_are_one_item_with_two_passports(
    collection: Collection,
) -> None:
    add_from(collection, Drawer({"a": drawn(1)}, name="one"))
    added = add_from(collection, Drawer({"b": drawn(1)}, name="two"))
    assert added.same == 1
    (item,) = collection.items()
    assert [p.source for p in item.passports] == ["one", "two"]


def test_what_is_no_picture_is_counted_with_its_reason_and_may_come_later(
    collection: Collection,
) -> None:
    bad = {"empty": b"", "page.jpg": b"<html>not found</html>", "gone": "is not there",
           "cut.png": drawn(3)[:200]}  # fmt: skip
    added = add_from(collection, Drawer({**bad, "good": drawn(1)}))
    assert added.new == 1
    assert {m.source_id for m in added.missed} == set(bad)
    assert all("\n" not in m.reason and "/" not in m.reason for m in added.missed)
    assert [m.source_id for _, m in collection.missed()] == sorted(bad)
    assert list((collection.folder / "aside").iterdir()) == []
    add_from(collection, Drawer({"gone": drawn(2)}))
    assert "gone" not in {m.source_id for _, m in collection.missed()}


def test_a_gate_keeps_pictures_outside_unread(collection: Collection) -> None:
    source = Drawer({"a": drawn(1), "b": drawn(2)})
    added = add_from(collection, source, admit=lambda p: "is closed" if p.source_id == "a" else "")
    assert source.reads == ["b"]
    assert [(m.source_id, m.reason) for m in added.missed] == [("a", "is closed")]


def test_decisions_append_and_undo(collection: Collection) -> None:
    add_from(collection, Drawer({k: drawn(i) for i, k in enumerate("abc")}))
    a, b, c = (item.id for item in collection.items())
    decide(collection, [a], "kept", reason="good")
    decide(collection, [b, c], "dropped", by="rule: blurred.v1 < 0.3", reason="blurred")
    decide(collection, [a], "dropped", reason="no")
    assert [i.fate for i in collection.items()] == ["dropped"] * 3
    assert [d.item for d in undo(collection)] == [a]
    assert collection.item("1").fate == "kept"
    assert collection.item("1").reason == "good"
    assert {d.item for d in undo(collection)} == {b, c}  # what a rule did at once is one
    assert [i.fate for i in collection.items()] == ["kept", "undecided", "undecided"]
    undo(collection)
    with pytest.raises(UserError, match="no decision to undo"):
        undo(collection)
    assert len(decisions(collection, undone=True)) == 4
    assert decisions(collection) == []


def test_a_rule_never_overrules_a_person(collection: Collection) -> None:
    add_from(collection, Drawer({"a": drawn(1), "b": drawn(2)}))
    a, b = (item.id for item in collection.items())
    decide(collection, [a], "kept")
    made = decide(collection, [a, b], "dropped", by="rule")
    assert [d.item for d in made] == [b]
    assert [i.fate for i in collection.items()] == ["kept", "dropped"]


def test_a_decision_on_an_item_that_is_not_there_changes_nothing(collection: Collection) -> None:
    add_from(collection, Drawer({"a": drawn(1)}))
    with pytest.raises(UserError):
        decide(collection, [collection.items()[0].id, "f" * 64], "kept")
    assert decisions(collection) == []


def test_items_answer_to_numbers_and_to_the_start_of_their_digest(collection: Collection) -> None:
    add_from(collection, Drawer({"a": drawn(1)}))
    (item,) = collection.items()
    assert collection.item("1") == collection.item("#1") == collection.item(item.id[:20]) == item
    for wrong in ("2", "zz", "", "-1"):
        with pytest.raises(UserError, match="holds no item"):
            collection.item(wrong)


def test_a_few_letters_of_a_digest_name_nothing(collection: Collection) -> None:
    add_from(collection, Drawer({str(i): drawn(i) for i in range(8)}))
    for item in collection.items():
        assert collection.item(item.id[:6]) == item
        for length in range(1, 6):
            word = item.id[:length]
            if word.isdigit() and int(word) <= 8:
                continue  # a number
            with pytest.raises(UserError, match="too little of a digest|holds no item"):
                collection.item(word)


def test_looks_and_verdicts_come_back_as_they_were_kept(collection: Collection) -> None:
    import numpy as np
    from PIL import Image

    add_from(collection, Drawer({"a": drawn(1)}))
    (item,) = collection.items()
    picture = np.asarray(Image.open(collection.file(item)).convert("RGB"))
    (looks,) = looks_of([picture], Eye())
    collection.keep_looks({item.id: looks})
    back = collection.looks()[item.id]
    for name in ("hashes", "thumbnail", "early", "late", "edges", "colours"):
        np.testing.assert_array_equal(getattr(back, name), getattr(looks, name))
    collection.keep_verdicts("dark.v1", {item.id: Verdict("dark.v1", False, 0.1, "is dark")})
    collection.keep_verdicts("dark.v1", {item.id: Verdict("dark.v1", True, 0.9, "is light")})
    assert collection.verdicts() == {item.id: [Verdict("dark.v1", True, 0.9, "is light")]}


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "mäsk", "a b"])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be a collection's name"):
        Collection.new(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_collection_is_not_made_twice_and_a_wrong_name_finds_the_near_one(
    tmp_path: Path,
) -> None:
    Collection.new(tmp_path, "masks")
    with pytest.raises(UserError, match="already"):
        Collection.new(tmp_path, "masks")
    with pytest.raises(UserError, match="did you mean 'masks'"):
        Collection.open(tmp_path, "mask")
    assert names(tmp_path) == ["masks"]


def test_an_export_tells_all_of_each_item_and_whom_to_thank(
    collection: Collection, tmp_path: Path
) -> None:
    def passport(key: str) -> Passport:
        return Passport(
            "museum", key, title="Boats", maker="Berthe Morisot", licence="CC0-1.0",
            attributes=(Attribute("gender", "female", "Wikidata"),), credit="a gift",
            columns={"medium": "oil"},
        )  # fmt: skip

    add_from(collection, Drawer({"a": drawn(1)}, name="museum", passport=passport))
    items = collection.items()
    write_metadata(collection, items, tmp_path)
    (row,) = map(json.loads, (tmp_path / "metadata.jsonl").read_text().splitlines())
    assert row["artist"] == "Berthe Morisot"
    assert (row["gender"], row["medium"], row["licence"]) == ("female", "oil", "CC0-1.0")
    assert row["sha256"] == items[0].id
    told = credits_text("masks", items)
    assert "museum: 1 pictures, CC0-1.0" in told
    assert "Boats – Berthe Morisot (a gift)" in told


def test_a_run_that_is_killed_leaves_whole_items_and_goes_on(tmp_path: Path) -> None:
    Collection.new(tmp_path, "masks")
    script = textwrap.dedent(
        f"""
        import sys, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from collection_source import Drawer, drawn
        from haiga.collection import adding
        from haiga.collection.store import Collection
        adding.BATCH = 4
        things = {{str(i): drawn(i) for i in range(40)}}
        def slow(name):
            time.sleep(0.02)
            print(name, flush=True)
        adding.add_from(Collection.open(Path({str(tmp_path)!r}), "masks"), Drawer(things),
                        on_each=slow)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "17":
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.05)
    collection = Collection.open(tmp_path, "masks")
    before = collection.items()
    assert 12 <= len(before) <= 20
    for item in before:
        data = collection.file(item).read_bytes()
        assert hashlib.sha256(data).hexdigest() == item.id
    source = Drawer({str(i): drawn(i) for i in range(40)})
    added = add_from(collection, source)
    assert len(collection.items()) == 40
    assert added.again == len(before)
    assert len(source.reads) == 40 - len(before)


def test_a_file_that_is_gone_comes_back_when_its_source_is_added_again(
    collection: Collection,
) -> None:
    things = {"a": drawn(1), "b": drawn(2), "c": drawn(3)}
    add_from(collection, Drawer(things))
    a, b, c = collection.items()
    collection.file(a).unlink()
    collection.file(b).write_bytes(drawn(2)[:50])
    assert "gone" in collection.lacks(a)
    assert "not whole" in collection.lacks(b)
    assert collection.lacks(c) == ""
    source = Drawer(things)
    added = add_from(collection, source)
    assert source.reads == ["a", "b"]
    assert (added.new, added.again, added.same, added.restored) == (0, 1, 0, 2)
    assert [collection.file(i).read_bytes() for i in (a, b)] == [things["a"], things["b"]]
    assert collection.items() == [a, b, c]


def test_another_file_under_the_name_of_one_that_is_gone_is_not_taken_for_it(
    collection: Collection,
) -> None:
    add_from(collection, Drawer({"a": drawn(1)}))
    (item,) = collection.items()
    collection.file(item).unlink()
    (missed,) = add_from(collection, Drawer({"a": drawn(2)})).missed
    assert missed.reason == "has changed: it is not the file that item 1 lost"
    assert collection.items() == [item]


def test_what_was_missed_and_came_later_is_told_no_more(collection: Collection) -> None:
    address = "https://x.org/1.jpg"
    things = {address: "is not there", "row 2": "is not there", "b": "is not there"}
    add_from(collection, Drawer(things, name="one"))
    add_from(collection, Drawer({address: drawn(1)}, name="two"))
    assert [one.source_id for _, one in collection.missed()] == ["b", "row 2"]
    add_from(collection, Drawer({"b": "is not there"}, name="one"))
    assert len(collection.missed()) == 2
    add_from(collection, Drawer({"b": "is not there"}, name="one"), whole=True)
    assert [one.source_id for _, one in collection.missed()] == ["b"]


def test_misses_are_told_by_their_reasons() -> None:
    twice = [Missed(f"a{n}", "is named twice in the table") for n in range(28)]
    large = [Missed(f"l{n}", f"is larger than is taken: {n}.5 MB") for n in range(2)]
    page = Missed("p", "is a web page, not a picture: 'Sorry'")
    assert [group.told() for group in grouped([page, *large, *twice])] == [
        "28 are named twice in the table: a0, a1, a2 and 25 more",
        "2 are larger than is taken: … MB: l0, l1",
        "p is a web page, not a picture: 'Sorry'",
    ]
    (group,) = grouped([Missed(n, "is listed in t.csv and is not there") for n in "xy"])
    assert group.told() == "2 are listed in t.csv and are not there: x, y"


def test_what_a_killed_run_left_half_written_goes_after_a_day(collection: Collection) -> None:
    add_from(collection, Drawer({"a": drawn(1)}))
    folder = collection.file(collection.items()[0]).parent
    old, new = folder / ".ab.png.0123456789ab.tmp", folder / ".cd.png.0123456789ab.tmp"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    add_from(collection, Drawer({"b": drawn(2)}))
    assert (old.exists(), new.exists()) == (False, True)
    assert all(collection.file(item).is_file() for item in collection.items())


def test_a_damaged_index_is_said_to_be_the_collections(collection: Collection) -> None:
    studio = collection.folder.parents[1]
    for left in collection.folder.glob("collection.sqlite3-*"):
        left.unlink()
    collection.index.write_bytes(b"no database at all" * 100)
    for act in (lambda: Collection.open(studio, "masks"), collection.items, collection.missed):
        with pytest.raises(UserError, match="the index of the collection 'masks'") as told:
            act()
        assert "studio;" not in str(told.value)
        assert "new studio" not in str(told.value)
        assert "make a new collection" in str(told.value)
    with pytest.raises(UserError, match="the collection 'masks'"):
        collection.tell("about", "x")
