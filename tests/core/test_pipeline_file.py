"""How a pipeline is written: its tables, and the line of everything that is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from haiga.core.errors import UserError
from haiga.core.pipeline_file import read_pipeline_file
from haiga.core.toml_lines import counted_lines

TEXT = """\
name = "p"            # 1
[given]
photo = "a.png"       # 3
[[step]]              # 4
name = "one"
use = "poet:x"        # 6
[step.with]           # 7
about = "snow"        # 8
[[step]]              # 9
name = "two"
run = ["x"]           # 11
[[loop]]              # 12
name = "game"
times = 2             # 14
[[loop.step]]         # 15
name = "a"
use = "x:y"           # 17
[[loop.step]]         # 18
name = "b"
choose = "a"          # 20
[[loop]]              # 21
name = "other"
times = 1
[[loop.step]]         # 24
name = "a"
use = "x:y"           # 26
"""


def test_tables_of_a_list_are_told_apart_by_their_number() -> None:
    lines = counted_lines(TEXT)
    places = {
        "given.photo": 3, "step.0.use": 6, "step.0.with.about": 8, "step.1": 9, "step.1.run": 11,
        "loop.0.times": 14, "loop.0.step.0.use": 17, "loop.0.step.1": 18,
        "loop.0.step.1.choose": 20, "loop.1.step.0": 24, "loop.1.step.0.use": 26,
    }  # fmt: skip
    assert {place: lines.get(place) for place in places} == places


def test_a_file_is_read_into_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(TEXT)
    written = read_pipeline_file(path)
    assert not written.faults
    file = written.file
    assert [step.name for step in file.step] == ["one", "two"]
    assert file.step[0].settings == {"about": "snow"}
    assert [[step.name for step in loop.step] for loop in file.loop] == [["a", "b"], ["a"]]
    fault = written.fault("game.b", "choose", "is odd")
    assert fault.told(path) == f"{path}:20: game.b.choose: is odd"
    assert written.fault("one", "with.about", "is odd").line == 8
    assert written.fault("two", "needs", "is odd").line == 9  # the table, where the key is not


def test_a_broken_table_does_not_hide_the_faults_of_others(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        TEXT.replace('run = ["x"]', 'run = "x"')
        .replace("times = 2", "times = 0")
        .replace('name = "b"', 'nam = "b"')
        .replace('name = "other"', 'name = "game"')
    )
    written = read_pipeline_file(path)
    assert [fault.told(Path("p.toml")) for fault in written.faults] == [
        "p.toml:11: two.run: must be a list, not 'x'",
        "p.toml:18: game.step 2.name: is missing",
        "p.toml:19: game.step 2.nam: no such key; did you mean 'name'?",
        "p.toml:14: game.times: must be 1 or more, not 0",
        "p.toml:22: game.name: another loop is called so",
    ]
    assert written.broken == {"two", "game.step 2"}
    assert [loop.times for loop in written.file.loop] == [1, 1]  # its steps are judged all the same
    assert [step.name for step in written.file.step] == ["one"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("none.toml", "there is no such file"), (".", "is a folder"), ("latin.toml", "UTF-8")],
)
def test_what_is_no_file_of_text_is_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(UserError, match=told):
        read_pipeline_file(tmp_path / name)
