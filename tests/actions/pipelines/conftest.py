"""A pipeline's file in a folder of its own, with functions beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from haiga.actions.pipelines.compile import Compiled, compile_file
from haiga.core.errors import UserError

MINE = '''
"""Functions for pipelines; running this file is a fault of whoever does."""
raise SystemExit("nobody may run this to look at it")

def soften(photo, out, radius=2):
    pass

def louder(text, out, *, times):
    pass

def anything(out, **more):
    pass

def mute(photo):
    pass
'''

Faults = Callable[[str], list[str]]


@pytest.fixture
def folder(tmp_path: Path, fakes: None) -> Path:
    place = tmp_path / "pipes"
    place.mkdir()
    (place / "mine.py").write_text(MINE)
    return place


@pytest.fixture
def compiled(folder: Path) -> Callable[..., Compiled]:
    """Compiles a text."""

    def compile_it(text: str, **given: str) -> Compiled:
        path = folder / "p.toml"
        path.write_text('name = "p"\n' + text)
        return compile_file(path, given)

    return compile_it


@pytest.fixture
def faults(folder: Path) -> Faults:
    """What is told of a text, without the folder; its first line is line 2 of the file."""

    def told(text: str) -> list[str]:
        path = folder / "p.toml"
        path.write_text('name = "p"\n' + text)
        with pytest.raises(UserError) as error:
            compile_file(path)
        return str(error.value).replace(f"{folder}/", "").splitlines()

    return told
