"""`haiga evaluate painter`: what it paints of captions beside real pictures, and its refusals."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("plugins", "inspection")]

THINGS = "snow apple river night tree flower sea boat bird mountain".split()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained painter and forty captioned pictures."""
    from small_eye import paintings
    from tiny_generator import make_generator
    from tiny_painter import make_attngan

    folder = tmp_path_factory.mktemp("painters-shelf")
    make_attngan(folder / "plain")
    make_generator(folder / "generator")
    for place in ("garden", "bare"):
        (folder / place).mkdir()
    rows = []
    for i, picture in enumerate(paintings(40, 1)):
        name = f"{i:02}.png"
        Image.fromarray(picture).resize((40, 40)).save(folder / "garden" / name)
        rows.append({"file": name, "caption": f"a red {THINGS[i % 10]}", "id": str(i)})
        if i < 12:
            Image.fromarray(picture).resize((40, 40)).save(folder / "bare" / name)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "garden" / "metadata.jsonl").write_text(text, "utf-8")
    return folder


def test_captions_are_painted_measured_and_shown(run: Any, shelf: Path, tmp_path: Path) -> None:
    done = run("evaluate", "painter", shelf / "plain", "--pictures", shelf / "garden",
               "-n", 12, "--out", tmp_path / "report")  # fmt: skip
    assert done.code == 0, done.err
    assert "KID" in done.out
    value = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert value["kind"] == "painter"
    assert value["about"]["paints"] == "texts, in pictures of 16 px"
    assert "half of held-out captions" in value["about"]["measured on"]
    assert value["look"]["samples"] == 12
    assert "truth to words is not measured" in value["why_no_fit"]  # four held-out captions
    assert "a red" in (tmp_path / "report" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--pictures", "garden"), "no painter or generator named 'nowhere'"),
        (("plain", "--pictures", "bare"), "no picture has a caption"),
        (("generator", "--pictures", "garden"), "`haiga evaluate generator` measures it"),
        (("plain", "--pictures", "garden", "-n", 0), "count: must be from 1"),
        (("women", "--pictures", "garden"), "is the model of a poet"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(
    run: Any, shelf: Path, arguments: tuple[Any, ...], said: str
) -> None:
    given = [shelf / a if (shelf / str(a)).exists() else a for a in arguments]
    done = run("evaluate", "painter", *given)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
