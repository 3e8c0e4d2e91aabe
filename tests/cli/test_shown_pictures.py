"""The pictures that README and docs show can be made again with the models that ship."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = sorted((ROOT / "docs" / "pictures").glob("*.png"))


def test_there_are_pictures_and_readme_shows_one_by_its_seed() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert SHOWN
    assert re.search(r"docs/pictures/first-piece\.png\)\n\n\*`haiga create --seed \d+`", readme)


@pytest.mark.slow
@pytest.mark.parametrize("picture", SHOWN, ids=[path.name for path in SHOWN])
def test_a_picture_that_is_shown_is_replayed(picture: Path) -> None:
    """To the pixel on the kind of machine that made it; on another, with the same models."""
    command = [sys.executable, "-m", "haiga", "replay", str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert "is sha256" not in said  # no model that it names has changed
    assert done.returncode in (0, 1), said
    assert str(picture) in said or "identical" in said
