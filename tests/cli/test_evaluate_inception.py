"""`haiga evaluate … --inception`: the papers' figures beside the eye's, or why there are none."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

sys.path[:0] = [
    str(Path(__file__).parents[1] / name) for name in ("plugins", "inspection", "features")
]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from small_eye import paintings
    from tiny_generator import make_generator

    folder = tmp_path_factory.mktemp("inception-shelf")
    make_generator(folder / "plain")
    (folder / "masks").mkdir()
    for i, picture in enumerate(paintings(24, 1)):
        Image.fromarray(picture).resize((40, 40)).save(folder / "masks" / f"{i:02}.png")
    return folder


@pytest.mark.slow
def test_the_figures_over_inception_features_say_so_and_when_they_may_be_compared(
    run: Any, shelf: Path, tmp_path: Path
) -> None:
    from random_inception import write_inception

    write_inception(shelf / "fid.safetensors")
    done = run("evaluate", "generator", "plain", "--pictures", "masks", "-n", 2,
               "--inception", "fid.safetensors", "--out", tmp_path / "report",
               cwd=shelf)  # fmt: skip
    assert done.code == 0, done.err
    rows = [line.split("  ", 1)[0] for line in done.out.splitlines()]
    assert rows.count("KID") == rows.count("Inception KID") == rows.count("Inception FID") == 1
    value = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))["inception"]
    assert value["kid"]["value"] is not None
    assert value["fid"]["value"] > 0
    assert value["made"] == 2
    assert len(value["sha256"]) == 64
    assert value["sha256"] in done.out
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    for expected in ("Over Inception features", value["sha256"], "papers make 10,000 to 50,000"):
        assert expected in page, expected


def test_without_torch_or_with_another_file_it_is_refused_before_anything_is_made(
    run: Any, shelf: Path, tmp_path: Path
) -> None:
    (tmp_path / "torch").mkdir()
    stand_in = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    (tmp_path / "torch" / "__init__.py").write_text(stand_in)
    common = ("evaluate", "generator", "plain", "--pictures", "masks", "--inception")
    bare = run(*common, "any.safetensors", cwd=shelf, env={"PYTHONPATH": str(tmp_path)})
    assert bare.code == 2
    assert "need torch: pip install 'haiga[hub]'" in bare.err
    wrong = run(*common, "masks/00.png", cwd=shelf)
    assert wrong.code == 2
    assert "is no safetensors file" in wrong.err
    assert "making picture" not in bare.err + wrong.err
    assert not bare.out + wrong.out
