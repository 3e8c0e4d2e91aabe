"""The recipe that indexes what a model was trained on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.core.errors import UserError
from haiga.features.picture_index import FOLDER, PictureIndex
from haiga.models.store import load_model
from haiga.training.recipes.picture_index import main

from .pictures.picture_folder import write_folder

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from tiny_generator import make_generator


def test_a_model_without_an_index_gets_one_over_two_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (write_folder(tmp_path / name, 20) for name in ("one", "two"))
    model = make_generator(tmp_path / "mine")
    main(["--pictures", str(one), str(two), "--model", str(model), "--size", "32",
          "--where", "artist=Ada", "--threads", "1"])  # fmt: skip
    index = PictureIndex.load(load_model(model / FOLDER))
    assert {work.maker for work in index.works} == {"Ada"}
    card = load_model(model / FOLDER).card
    assert card.name == "mine-pictures"
    assert "--pictures one two --where artist=Ada --size 32" in card.recipe
    assert "would be called copies" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--size", "4"], "--size 4: pictures can be"), (["--threads", "0"], "--threads 0"),
     (["--cut", "star"], "--cut: invalid choice")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(tmp_path: Path, options: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        main(["--pictures", str(tmp_path), "--model", "painter", *options])
