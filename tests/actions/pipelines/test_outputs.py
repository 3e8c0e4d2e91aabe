"""The folder of a run: whole items, one run at a time, nothing of anybody's lost."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.actions.pipelines.outputs import OutputFolder
from haiga.core.errors import UserError
from haiga.engine.events import Event

PICTURE = np.zeros((4, 4, 3), np.uint8)


def table() -> dict[str, Any]:
    return {"tasks": {"p[0]": {"makes": "picture"}, "l.1.t": {"makes": "text"}, "v": {}}}


def write(folder: OutputFolder, item: str = "7") -> Path:
    values = {"p[0]": PICTURE, "l.1.t": "words", "v": (True, PICTURE)}
    return folder.write(item, values, table())


def test_an_item_is_written_whole_with_the_digest_of_each_file(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        place = write(folder)
        assert sorted(p.name for p in place.iterdir()) == ["l.1.t.txt", "p.0.png", "run.json",
                                                           "v.json"]  # fmt: skip
        again = folder.finished("7")
    assert again is not None
    assert again["tasks"]["l.1.t"]["file"] == "l.1.t.txt"
    assert json.loads((place / "v.json").read_text())[1]["shape"] == [4, 4, 3]


def test_what_was_changed_is_put_aside_and_made_again(tmp_path: Path) -> None:
    told: list[str] = []
    with OutputFolder(tmp_path / "out", told.append) as folder:
        place = write(folder)
        (place / "l.1.t.txt").write_text("mine")
        assert folder.finished("7") is None
        write(folder)
        assert folder.finished("7") is not None
        assert (tmp_path / "out" / "7.changed-1" / "l.1.t.txt").read_text() == "mine"
        assert told == [f"{place}: is not as it was written; moved to 7.changed-1 and made again"]


def test_what_a_killed_run_left_half_written_goes(tmp_path: Path) -> None:
    half = tmp_path / "out" / ".making-7"
    half.mkdir(parents=True)
    (tmp_path / "out" / "run.json").write_text('{"plan": "a"}')
    (half / "p.0.png").write_bytes(b"half")
    (tmp_path / "out" / "events.jsonl").write_text('{"kind": "done", "step": "a"}\n{"kind": "do')
    with OutputFolder(tmp_path / "out") as folder:
        assert not half.exists()
        assert folder.finished("7") is None
        folder.note(Event("started", "b"))
    lines = (tmp_path / "out" / "events.jsonl").read_text().splitlines()
    assert lines[1] == '{"kind": "do'
    assert Event.read(lines[2]).step == "b"


def test_another_plans_folder_and_one_with_other_things_are_refused(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        folder.begin({"plan": "a", "seed": 3})
    with OutputFolder(tmp_path / "out") as folder:
        assert folder.seed == 3
        folder.begin({"plan": "a", "seed": 4})
        with pytest.raises(UserError, match="results of another plan"):
            folder.begin({"plan": "b"})
    with OutputFolder(tmp_path / "parts") as folder:
        folder.begin({"plan": "a", "parts": {"step 'p'": "1", "step 'q'": "1"}})
        with pytest.raises(UserError, match="step 'p' has changed, step 'r' is new, step 'q' is g"):
            folder.begin({"plan": "b", "parts": {"step 'p'": "2", "step 'r'": "1"}})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match=r"holds other things \('letter.txt'\)"):
        OutputFolder(tmp_path / "mine").__enter__()
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def _enter(path: str, answer: Any) -> None:
    try:
        with OutputFolder(Path(path)):
            answer.put("in")
    except UserError as error:
        answer.put(str(error))


def test_two_runs_at_once_are_refused_in_a_sentence(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()

    def ask() -> str:
        other = context.Process(target=_enter, args=(str(tmp_path / "out"), answers))
        other.start()
        told: str = answers.get()
        other.join()
        return told

    with OutputFolder(tmp_path / "out"):
        assert "another run is at work here" in ask()
    assert ask() == "in"
