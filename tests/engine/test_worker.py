"""The one file that runs inside: by itself, on every Python there is, and in other backends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from haiga.engine import worker
from haiga.engine.backend import Attempt
from haiga.engine.call_bytes import call_table
from haiga.engine.environments import Prepared
from haiga.engine.isolated import Worker
from haiga.engine.kinds import Kind
from haiga.engine.plan import Call, Step
from haiga.engine.values import pack, unpack

STEPS = Path(__file__).with_name("odd_steps.py")
TEXT = Kind("text", ".txt", lambda value: "", lambda value: str(value).encode(), bytes.decode)


def table(call: Call, *gathers: str) -> dict[str, object]:
    step = Step("step", call=call, inputs=("said",), makes="text", gathers=gathers)
    return call_table(step, {"text": TEXT})


def test_a_call_is_done_in_this_process_bytes_in_and_bytes_out(tmp_path: Path) -> None:
    doer = worker.open_call(table(Call("values", "odd_steps:doubles", settings={"factor": 5})))
    made = doer.do({"number": [pack(3)]}, {"number": ["number"]}, 9, tmp_path)
    assert unpack(made) == {"doubled": 15, "seed": 9}
    doer = worker.open_call(table(Call("files", f"{STEPS}:joins"), "said"))
    names = {"said": ["said-0000.txt", "said-0001.txt"]}
    assert doer.do({"said": [b"a", b"b"]}, names, 9, tmp_path) == b"a b"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (Call("values", "no_such_module:make"), "no_such_module cannot be loaded"),
        (Call("files", "/no/such/file.py:make"), "there is no file /no/such/file.py"),
        (Call("files", f"{STEPS}:_nothing"), "has no function '_nothing'"),
    ],
)
def test_what_cannot_be_loaded_is_said_and_never_tried_again(call: Call, told: str) -> None:
    with pytest.raises(worker.CallFailed, match=told) as failed:
        worker.open_call(table(call))
    assert not failed.value.retryable


def other_pythons() -> list[Path]:
    """Those of pyenv from 3.8 on, and the system's."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [path for path in root.glob("3.*/bin/python3") if _minor(path) >= 8]
    return sorted({*found, Path("/usr/bin/python3")})


def _minor(path: Path) -> int:
    parts = path.parent.parent.name.split(".")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def test_a_step_of_files_runs_on_every_python_there_is(tmp_path: Path) -> None:
    pythons = [path for path in other_pythons() if path.exists()]
    if not pythons:
        pytest.skip("no other Python on this machine")
    step = Step("shouts", call=Call("files", f"{STEPS}:shouts"), inputs=("said",), makes="text")
    for python in pythons:
        run = Worker(Prepared(python, "", "", python.parent), step, {"text": TEXT}, folder=tmp_path)
        outcome = run.run(Attempt("one", step, 7, {"said": "old pond"}))
        run.stop()
        assert (outcome.value, outcome.note) == ("OLD POND 7", ""), python


def test_names_of_this_folder_are_left_to_the_step(tmp_path: Path) -> None:
    (tmp_path / "events.py").write_text("MINE = 'mine'\n")
    (tmp_path / "mine.py").write_text(
        "def tells(said, out):\n    import events\n    out.write_text(events.MINE)\n"
    )
    step = Step("t", call=Call("files", f"{tmp_path / 'mine.py'}:tells"), inputs=("said",),
                makes="text")  # fmt: skip
    run = Worker(Prepared(Path(sys.executable), "", "", tmp_path), step, {"text": TEXT},
                 folder=tmp_path / "work")  # fmt: skip
    assert run.run(Attempt("one", step, 7, {"said": "x"})).value == "mine"
    run.stop()


def test_a_worker_whose_caller_says_nothing_and_goes_ends(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    ended = subprocess.run(
        [sys.executable, "-s", worker.__file__, str(place)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, worker.HELLO, b"")
    assert not place.exists()
