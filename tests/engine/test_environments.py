"""Environments are resolved first, built once, shared, and say in a sentence why they cannot be."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from wheels import (
    clash_wheels,
    only_from,
    stand_ins_for_haigas_packages,
    write_plugin_folder,
    write_wheel,
)

from haiga.core.errors import JobError, MissingExtra, UserError
from haiga.engine.environments import Prepared, collect, prepare
from haiga.engine.plan import Environment

PREPARE = """
import sys
from pathlib import Path
from haiga.engine.environments import prepare
from haiga.engine.plan import Environment
print(prepare(Environment((sys.argv[2],)), Path(sys.argv[1]), with_haiga=False).built)
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all the packages there are."""
    only_from(tmp_path / "wheels", tmp_path / "uv-cache", monkeypatch)
    return tmp_path / "wheels"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "studio" / "environments"


def plain(home: Path, *requirements: str, **more: str) -> Prepared:
    return prepare(Environment(requirements, **more), home, with_haiga=False)  # type: ignore[arg-type]


def said_by(prepared: Prepared, code: str) -> str:
    ran = subprocess.run([prepared.python, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_an_environment_is_built_once_and_then_needs_neither_index_nor_resolver(
    index: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clash_wheels(index)
    first = plain(home, "clash==1.0")
    assert first.built
    assert said_by(first, "import clash; print(clash.VERSION)") == "1.0"
    shutil.rmtree(index)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "uv", None)
    again = plain(home, "clash==1.0")
    assert (again.built, again.folder, again.lock) == (False, first.folder, first.lock)


def test_the_lock_holds_the_versions_the_python_and_the_platform(index: Path, home: Path) -> None:
    clash_wheels(index)
    one, two = plain(home, "clash==1.0"), plain(home, "clash==2.0")
    assert "clash==1.0" in one.lock_text.splitlines()
    assert sys.version.split()[0] in one.lock_text
    assert one.lock != two.lock
    assert one.folder != two.folder


def test_two_ways_of_asking_for_one_set_of_packages_share_an_environment(
    index: Path, home: Path
) -> None:
    clash_wheels(index)
    asked, locked = plain(home, "clash"), plain(home, lock="# of mine\nclash==2.0\n")
    assert (locked.folder, locked.built) == (asked.folder, False)
    assert "clash==2.0" in asked.lock_text
    assert said_by(locked, "import clash; print(clash.VERSION)") == "2.0"


def test_a_lock_with_hashes_is_held_to_them(index: Path, home: Path) -> None:
    clash_wheels(index)
    good = hashlib.sha256((index / "clash-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    lock = "clash==1.0 \\\n    --hash=sha256:{}\n    # via nothing\n"
    with pytest.raises(JobError, match="[Hh]ash mismatch"):
        plain(home, lock=lock.format("0" * 64))
    assert plain(home, lock=lock.format(good)).built


@pytest.mark.parametrize(
    ("requirements", "told"),
    [
        (("clash==1.0", "clash==2.0"), "you require clash==1.0 and clash==2.0"),
        (("clash==9",), "there is no version of clash==9"),
        (("no-such-thing",), "no-such-thing was not found"),
    ],
)
def test_what_cannot_be_resolved_is_said_at_once_with_the_resolvers_reason(
    index: Path, home: Path, requirements: tuple[str, ...], told: str
) -> None:
    clash_wheels(index)
    begin = time.perf_counter()
    with pytest.raises(UserError) as refused:
        plain(home, *requirements)
    assert time.perf_counter() - begin < 10
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not list(home.glob("*/haiga-environment.json"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("./plugin", "a path must be whole"),
        ("/no/such/folder", "there is no /no/such/folder"),
        ("thing @ file:///no/such/folder", "there is no /no/such/folder"),
        ("--index-url=http://example.org", "no requirement"),
        ("two words", "no requirement"),
        ("a\nb", "no requirement"),
    ],
)
def test_a_line_that_is_no_requirement_is_named(home: Path, line: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        plain(home, line)


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        ("clash>=1.0\n", "'clash>=1.0' names no exact version"),
        ("clash==1.*\n", "names no exact version"),
        ('lock-version = "1.0"\n', "uv export"),
        ('version = 1\n[[package]]\nname = "clash"\n', "uv export"),
    ],
)
def test_a_lock_that_leaves_something_open_is_refused(home: Path, lock: str, told: str) -> None:
    with pytest.raises(UserError) as refused:
        plain(home, lock=lock)
    assert told in str(refused.value)


def test_a_missing_python_is_named_with_those_that_are_there(home: Path) -> None:
    with pytest.raises(UserError, match=r"there is no Python 3\.99 on this machine") as refused:
        plain(home, python="3.99")
    named = str(refused.value).partition("(installed: ")[2].partition(")")[0].split(", ")
    assert named
    assert all(int(exact.split(".")[1]) >= 8 for exact in named)
    with pytest.raises(UserError, match=r"Python 3\.4 is too old: .* from 3\.8 on"):
        plain(home, python="3.4")
    with pytest.raises(UserError, match="'three' is none"):
        plain(home, python="three")


def test_another_python_is_found_among_those_installed(home: Path, index: Path) -> None:
    others = [v for v in ("3.13", "3.12", "3.10") if f"{v}." not in sys.version]
    for version in others:
        try:
            prepared = plain(home, python=version)
        except UserError:
            continue
        said = said_by(prepared, "import platform; print(platform.python_version())")
        assert said.startswith(version)
        assert said in prepared.lock_text
        return
    pytest.skip("no other Python on this machine")


def test_haigas_own_needs_come_with_it_and_a_clash_with_them_is_said(
    index: Path, home: Path
) -> None:
    stand_ins_for_haigas_packages(index)
    write_wheel(index, "numpy", "1.20.0", {"nothing.py": ""})
    with pytest.raises(UserError, match=r"numpy==1\.20.*haiga itself needs numpy>="):
        prepare(Environment(("numpy==1.20.0",)), home, with_haiga=True)


def test_an_environment_with_haiga_imports_this_very_haiga_and_sees_its_makers(
    index: Path, home: Path
) -> None:
    stand_ins_for_haigas_packages(index)
    prepared = prepare(Environment(python=""" """.strip()), home, with_haiga=True)
    assert prepared.folder is None  # names nothing: haiga's own Python
    clash_wheels(index)
    prepared = prepare(Environment(("clash==1.0",)), home, with_haiga=True)
    told = said_by(
        prepared,
        "import haiga.engine.values as v, clash, importlib.metadata as m, pathlib;"
        "print(pathlib.Path(v.__file__).resolve());"
        "print(len(m.entry_points(group='haiga.poets')), m.version('haiga'))",
    ).splitlines()
    import haiga.engine.values as here

    assert told[0] == str(Path(here.__file__).resolve())
    assert told[1] == f"2 {haiga_version()}"


def haiga_version() -> str:
    import importlib.metadata

    return importlib.metadata.version("haiga")


def test_a_role_cannot_be_put_on_a_python_that_is_too_old_for_haiga(home: Path) -> None:
    try:
        plain(home, python="3.10")
    except UserError:
        pytest.skip("no Python 3.10 on this machine")
    with pytest.raises(UserError, match=r"haiga needs Python 3\.11 or newer"):
        prepare(Environment(python="3.10"), home, with_haiga=True)


def test_a_folder_of_the_users_is_installed_and_a_changed_one_anew(
    index: Path, home: Path, tmp_path: Path
) -> None:
    folder = write_plugin_folder(tmp_path / "my plugin", "first")
    line = f"plugin @ {folder.as_uri()}"
    first = plain(home, line)
    assert said_by(first, "import plugin; print(plugin.SAYS)") == "first"
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert not plain(home, line).built
    (folder / "plugin.py").write_text('SAYS = "second"\n')
    second = plain(home, line)
    assert second.built
    assert second.lock != first.lock
    assert said_by(second, "import plugin; print(plugin.SAYS)") == "second"
    assert said_by(first, "import plugin; print(plugin.SAYS)") == "first"
    clash_wheels(index)
    write_plugin_folder(folder, "third", needs="clash==1.0")
    assert "clash==1.0" in plain(home, line).lock_text.splitlines()


def test_a_folder_moved_elsewhere_with_the_same_content_has_the_same_lock(
    index: Path, home: Path, tmp_path: Path
) -> None:
    one = write_plugin_folder(tmp_path / "one", "same")
    two = write_plugin_folder(tmp_path / "two", "same")
    locks = {plain(home, f"plugin @ {folder.as_uri()}").lock for folder in (one, two)}
    assert len(locks) == 1


def test_scripts_of_an_environment_run_after_it_was_moved_into_its_place(
    index: Path, home: Path
) -> None:
    wheel = {
        "tool.py": "def main():\n    print('it runs')\n",
        "tool-1.0.dist-info/entry_points.txt": "[console_scripts]\ntool = tool:main\n",
    }
    write_wheel(index, "tool", "1.0", wheel)
    prepared = plain(home, "tool")
    script = prepared.python.parent / "tool"
    assert subprocess.run([script], capture_output=True, text=True).stdout == "it runs\n"


def test_two_processes_do_not_build_one_environment_twice(index: Path, home: Path) -> None:
    clash_wheels(index)
    command = [sys.executable, "-c", PREPARE, str(home), "clash==1.0"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    built = sorted(process.communicate()[0].strip() for process in both)
    assert built == ["False", "True"]


def test_one_killed_while_it_builds_leaves_nothing_that_counts_as_ready(
    index: Path, home: Path
) -> None:
    files = {f"many/m{i}.py": f"x = {i}\n" for i in range(400)}
    write_wheel(index, "many", "1.0", {"many/__init__.py": "", **files})
    command = [sys.executable, "-c", PREPARE, str(home), "many"]
    seen = set()
    for tenths in range(14):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 20
        while not list(home.glob(".building-*")) and time.monotonic() < deadline:
            if process.poll() is not None:
                break
            time.sleep(0.002)
        time.sleep(0.02 * tenths)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        ready = [folder for folder in home.iterdir() if (folder / "haiga-environment.json").exists()
                 and not folder.name.startswith(".")]  # fmt: skip
        seen.add(bool(ready))
        for folder in ready:  # whole, or not there
            assert len(list(folder.glob("lib/python*/site-packages/many/m*.py"))) == 400
            shutil.rmtree(folder)
    assert False in seen
    prepared = plain(home, "many")
    assert said_by(prepared, "import many.m399; print(many.m399.x)") == "399"
    assert not list(home.glob(".building-*"))


def test_environments_that_no_run_used_are_collected_and_asked_for_anew(
    index: Path, home: Path
) -> None:
    clash_wheels(index)
    command = [sys.executable, "-c", PREPARE, str(home)]
    subprocess.run([*command, "clash==1.0"], check=True, stdout=subprocess.DEVNULL)
    used = plain(home, "clash==2.0")
    (home / ".building-0123.77").mkdir()
    assert collect(home, 30) == [(home / ".building-0123.77", 0)]
    two_months_ago = time.time() - 60 * 86400
    for record in home.glob("*/haiga-environment.json"):
        os.utime(record, (two_months_ago, two_months_ago))
    removed = collect(home, 30)
    assert [(folder == used.folder, size > 1000) for folder, size in removed] == [(False, True)]
    assert used.folder is not None
    assert used.folder.exists()  # this process uses it
    assert len(list((home / "resolved").iterdir())) == 1
    for wheel in index.iterdir():
        wheel.unlink()
    with pytest.raises(UserError, match="clash==1.0 cannot be resolved"):
        plain(home, "clash==1.0")


def test_an_interpreter_that_was_taken_away_makes_an_environment_be_built_again(
    index: Path, home: Path
) -> None:
    clash_wheels(index)
    first = plain(home, "clash==1.0")
    first.python.unlink()
    assert plain(home, "clash==1.0").built


def test_without_uv_the_extra_that_brings_it_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingExtra, match=r"pip install 'haiga\[isolated\]'"):
        plain(home, "clash==1.0")


def test_no_environment_is_haigas_own_python_with_a_lock_of_its_versions(home: Path) -> None:
    import numpy

    own = prepare(None, home, with_haiga=True)
    assert (own.python, own.folder, own.built) == (Path(sys.executable), None, False)
    assert f"numpy=={numpy.__version__}" in own.lock_text.splitlines()
    assert "haiga" not in own.lock_text
    assert prepare(Environment(variables=("PAINT",)), home, with_haiga=True).lock == own.lock
    assert not home.exists()
    more = prepare(None, home, with_haiga=True, extra=["dev"])
    assert "pytest==" in more.lock_text
    assert "pytest==" not in own.lock_text


def test_what_haiga_stands_on_is_the_same_whether_ray_is_loaded_or_not() -> None:
    """Ray puts a folder of packages of its own on the path, colorama among them."""
    pytest.importorskip("ray")
    code = "{}from haiga.engine.own_packages import installed_versions as v; print(v())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code.format(before)], capture_output=True, text=True, check=True
        ).stdout
        for before in ("", "import ray; ")
    }
    assert len(told) == 1
