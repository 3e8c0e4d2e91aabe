"""The source that a step reaches: all that can run or be read in its project, and no more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from haiga.core.registry import GROUPS
from haiga.engine.plan import Call, Step
from haiga.engine.reached import ProcessMemory, Source, roots_of, source_of

OLD = 1_600_000_000


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (OLD, OLD))
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plug-in of a user's, on the path."""
    folder = write(
        tmp_path / "project",
        {
            "inkpot/__init__.py": "",
            "inkpot/ink.py": "from inkpot import wash\nfrom .brushes import hair\n",
            "inkpot/wash.py": "def wash():\n    from inkpot.late import late\n",
            "inkpot/late.py": "import os, numpy\n",
            "inkpot/unread.py": "",
            "inkpot/brushes/__init__.py": "",
            "inkpot/brushes/hair.py": "from ..deep import x\n",
            "inkpot/deep.py": "from . import other\n",
            "inkpot/other.py": "import inkpot.ink\n",
        },
    )
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [n for n in sys.modules if n.partition(".")[0] == "inkpot"]:
        del sys.modules[name]


def calling(target: str, kind: Any = "values", **settings: Any) -> Step:
    return Step("x", call=Call(kind, target, settings=settings))


def reached(target: str, kind: Any = "values") -> set[str]:
    return set(source_of(calling(target, kind)).files)


def changed(path: Path, text: str, step: Step) -> bool:
    before = source_of(step).digest
    write(path.parent, {path.name: text})
    return source_of(step).digest != before


def test_imports_are_followed_wherever_they_stand(project: Path) -> None:
    assert reached("inkpot.ink:Ink") == {
        "inkpot/__init__.py", "inkpot/ink.py", "inkpot/wash.py", "inkpot/late.py",
        "inkpot/brushes/__init__.py", "inkpot/brushes/hair.py", "inkpot/deep.py",
        "inkpot/other.py",
    }  # fmt: skip


def test_what_only_a_type_checker_imports_is_not_reached(project: Path) -> None:
    write(
        project,
        {
            "inkpot/typed.py": "import typing\nfrom typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from inkpot import unread\n"
            "else:\n    import inkpot.late\n"
            "if typing.TYPE_CHECKING:\n    import inkpot.wash\n"
        },
    )
    assert reached("inkpot.typed:x") == {
        "inkpot/__init__.py",
        "inkpot/typed.py",
        "inkpot/late.py",
    }


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nimportlib.import_module('inkpot.unread')",
        "MAKERS = {'pen': 'inkpot.unread:Pen'}",
        "import inkpot.unread as u",
        "from inkpot.unread import *",
        "try:\n    import inkpot.unread\nexcept ImportError:\n    pass",
        "class A:\n    def f(self):\n        while True:\n            from . import unread",
    ],
)
def test_a_module_is_reached_however_it_is_named(project: Path, text: str) -> None:
    write(project, {"inkpot/naming.py": text + "\n"})
    assert "inkpot/unread.py" in reached("inkpot.naming:x")


def test_comments_docstrings_and_formatting_do_not_count(project: Path) -> None:
    step = calling("inkpot.late:late")
    late = project / "inkpot" / "late.py"
    assert changed(late, "def late(a, b):\n    return a + b\n", step)
    new = '"""Says what."""\n\n\ndef late(\n    a,  # first\n    b\n):\n    """A sum."""\n' \
          "    return (a + b)\n"  # fmt: skip
    assert not changed(late, new, step)
    assert changed(late, "def late(a, b):\n    return a - b\n", step)


def test_a_change_of_a_module_that_is_reached_counts_and_of_another_does_not(
    project: Path,
) -> None:
    step = calling("inkpot.ink:Ink")
    assert changed(project / "inkpot" / "other.py", "import inkpot.ink\nx = 1\n", step)
    assert not changed(project / "inkpot" / "unread.py", "x = 1\n", step)


def test_the_library_and_what_is_installed_are_left_to_the_lock(project: Path) -> None:
    assert not any("numpy" in name or name == "os.py" for name in reached("inkpot.ink:Ink"))


def test_the_package_that_is_called_is_followed_even_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = write(
        tmp_path / "lib" / "site-packages",
        {"rabbit/__init__.py": "", "rabbit/ear.py": "import haiga.core.seeds, hare\n",
         "hare.py": ""},
    )  # fmt: skip
    monkeypatch.syspath_prepend(str(site))
    found = reached("rabbit.ear:Ear")
    assert {"rabbit/ear.py", "haiga/core/seeds.py"} <= found
    assert "hare.py" not in found


def test_a_module_that_is_not_installed_here_is_left_to_the_lock(project: Path) -> None:
    assert reached("no_such_package.module:f") == set()


def test_data_beside_a_module_counts_and_that_of_models_does_not(project: Path) -> None:
    write(
        project,
        {
            "inkpot/words.txt": "snow",
            "inkpot/brushes/sizes.json": "[1]",
            "inkpot/fonts/a.ttf": "font",
            "inkpot/unused/b.txt": "nobody names it",
            "inkpot/bundled/flow/card.toml": "",
            "inkpot/bundled/flow/flow.onnx": "model",
            "inkpot/other.py": "FONTS = 'fonts'\nMODELS = 'bundled'\n",
        },
    )
    found = reached("inkpot.ink:Ink")
    assert {"inkpot/words.txt", "inkpot/brushes/sizes.json", "inkpot/fonts/a.ttf"} <= found
    assert not any("bundled" in name or "unused" in name for name in found)
    assert changed(project / "inkpot" / "words.txt", "rain", calling("inkpot.ink:Ink"))


def test_a_file_is_followed_to_the_modules_and_the_data_beside_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "tool.py": "import beside\nfrom pack import inner\nimport haiga.core.seeds\n"
            "WORDS = __file__ + 'words.txt'\nopen('lists/rare.txt')\nFOLDER = 'palettes'\n",
            "beside.py": "x = 1\n",
            "pack/__init__.py": "",
            "pack/inner.py": "from . import deeper",
            "pack/deeper.py": "",
            "unread.py": "",
            "words.txt": "named",
            "lists/rare.txt": "named",
            "palettes/red.txt": "named by its folder",
            "big.bin": "not named",
        },
    )
    found = reached(f"{tmp_path / 'tool.py'}:make", "files")
    assert {name for name in found if not name.startswith("haiga/")} == {
        "tool.py", "beside.py", "pack/__init__.py", "pack/inner.py", "pack/deeper.py",
        "lists/rare.txt", "palettes/red.txt", "words.txt",
    }  # fmt: skip
    assert "haiga/core/seeds.py" in found


def test_a_package_of_the_users_that_a_file_imports_is_followed(
    project: Path, tmp_path: Path
) -> None:
    write(tmp_path / "tools", {"tool.py": "def f():\n    import inkpot.late\n"})
    assert "inkpot/late.py" in reached(f"{tmp_path / 'tools' / 'tool.py'}:f", "files")


def test_a_file_inside_a_package_may_import_relatively(project: Path) -> None:
    assert "inkpot/other.py" in reached(f"{project / 'inkpot' / 'deep.py'}:f", "files")


def test_a_function_of_this_process_is_followed_from_its_module(project: Path) -> None:
    write(
        project, {"inkpot/working.py": "from . import late\ndef work(inputs, seed): return seed\n"}
    )
    from importlib import import_module

    found = source_of(Step("x", import_module("inkpot.working").work)).files
    assert set(found) >= {"inkpot/working.py", "inkpot/late.py"}


def test_a_command_reaches_its_program_and_the_files_it_names(tmp_path: Path) -> None:
    write(tmp_path, {"tool.py": "import beside\n", "beside.py": "", "words.txt": "snow"})
    program = shutil.which("sh")
    assert program is not None
    command = (program, str(tmp_path / "tool.py"), "--words", str(tmp_path / "words.txt"), "{out}")
    step = Step("x", call=Call("command", command=command))
    names = set(source_of(step).files)
    assert names == {"tool.py", "beside.py", "words.txt", Path(program).resolve().name}
    assert changed(tmp_path / "words.txt", "rain", step)


def test_a_setting_that_names_a_file_counts_with_what_the_file_says(tmp_path: Path) -> None:
    write(tmp_path, {"words.txt": "snow"})
    step = calling("haiga.core.seeds:derive_seed", words=str(tmp_path / "words.txt"))
    assert changed(tmp_path / "words.txt", "rain", step)


def test_python_that_cannot_be_read_is_told_by_its_bytes(project: Path) -> None:
    step = calling("inkpot.late:late")
    assert changed(project / "inkpot" / "late.py", "def (", step)
    assert changed(project / "inkpot" / "late.py", "def ( # no", step)


def test_a_project_that_was_moved_reaches_the_same(tmp_path: Path) -> None:
    def source(folder: Path) -> Source:
        return source_of(calling(f"{folder / 'tool.py'}:make", "files"))

    one = write(tmp_path / "one", {"tool.py": "import beside\n", "beside.py": "x = 1\n"})
    before = source(one)
    one.rename(tmp_path / "two")
    assert source(tmp_path / "two") == before


class Watched(ProcessMemory):
    """Counts the files that were read."""

    read = 0

    def remember(self, facts: Mapping[str, tuple[str, str]]) -> None:
        self.read += len(facts)
        super().remember(facts)


def test_files_that_did_not_change_are_not_read_again(project: Path) -> None:
    memory, step = Watched(), calling("inkpot.ink:Ink")
    first = source_of(step, memory=memory)
    assert memory.read == len(first.files)
    assert source_of(step, memory=memory) == first
    assert memory.read == len(first.files)
    write(project, {"inkpot/late.py": "import os, scipy\n"})  # as long, and of the same time
    os.utime(project / "inkpot" / "late.py", (OLD, OLD + 1))
    assert source_of(step, memory=memory).digest != first.digest
    assert memory.read == len(first.files) + 1


def test_a_file_written_just_now_is_not_trusted_to_stay_as_it_is(project: Path) -> None:
    memory, step = Watched(), calling("inkpot.late:late")
    (project / "inkpot" / "late.py").write_text("x = 1\n")
    source_of(step, memory=memory)
    assert not any(path.endswith("late.py") for path in memory.recall())


def test_what_was_remembered_wrongly_is_read_again(project: Path) -> None:
    memory, step = ProcessMemory(), calling("inkpot.late:late")
    first = source_of(step, memory=memory)
    memory.remember({path: (stamp, "[") for path, (stamp, _) in memory.recall().items()})
    assert source_of(step, memory=memory) == first


def test_a_registered_implementation_is_reached_through_its_name() -> None:
    step = Step(
        "painting", role="painter", use="flow.v1",
        call=Call("values", "haiga.core.registry:make"),
    )  # fmt: skip
    assert "haiga.roles.painters.flow" in roots_of(step)
    names = set(source_of(step).files)
    assert "haiga/roles/painters/flow.py" in names
    assert not any(name.startswith(("haiga/roles/poets/", "haiga/cli/")) for name in names)
    assert not any("models/bundled" in name for name in names)


def test_no_module_that_python_loads_for_an_implementation_is_missed() -> None:
    code = (
        "import importlib, json, sys\n"
        "importlib.import_module(sys.argv[1])\n"
        "print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.startswith('haiga')]))"
    )
    for role, group in GROUPS.items():
        from importlib.metadata import entry_points

        for entry in list(entry_points(group=group))[-1:]:
            if not entry.value.startswith("haiga."):
                continue
            module = entry.value.partition(":")[0]
            ran = subprocess.run(
                [sys.executable, "-c", code, module], capture_output=True, check=True
            )
            names = set(source_of(calling(entry.value)).files)
            missed = [p for p in json.loads(ran.stdout)
                      if p and not any(p.endswith(f"/{name}") for name in names)]  # fmt: skip
            assert not missed, (role, entry.name)
