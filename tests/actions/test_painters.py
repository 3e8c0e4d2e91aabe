"""Which painter a model asks for, by its card and files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from haiga.actions.painters import painter_for, with_painter
from haiga.core.config import load_artist
from haiga.core.errors import UserError
from haiga.models.card import write_card


def _model(folder: Path, role: str, *files: str) -> str:
    folder.mkdir()
    for name in files:
        (folder / name).write_bytes(b"{}")
    write_card(folder, name="own", role=role, title="t", about="a", licence="CC0-1.0",
               origin="a test", recipe="none", files=files)  # fmt: skip
    return str(folder)


def test_the_network_in_a_painters_folder_tells_which_painter_it_is(tmp_path: Path) -> None:
    assert painter_for("painter") == "flow.v1"
    assert painter_for(_model(tmp_path / "a", "painter", "painter.onnx")) == "attngan.v1"
    assert painter_for(_model(tmp_path / "f", "painter", "flow.onnx")) == "flow.v1"
    assert painter_for(_model(tmp_path / "g", "generator", "generator.onnx")) == "generator.v1"


def test_other_models_are_refused_by_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is the model of a poet, and no painter can use it"):
        painter_for("haiku")
    with pytest.raises(UserError, match="is the model of a painter, and no painter can use it"):
        painter_for(_model(tmp_path / "p", "painter", "brush.onnx"))


def test_folders_without_a_model_and_names_of_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="haiga train painter"):
        painter_for(str(tmp_path))
    with pytest.raises(UserError, match="no painter or generator named 'paintr'.*painter"):
        painter_for("paintr")


def test_an_artist_takes_another_painter_and_keeps_the_rest(tmp_path: Path) -> None:
    artist = load_artist("auria")
    assert with_painter(artist, None) is artist
    folder = _model(tmp_path / "a", "painter", "painter.onnx")
    other = with_painter(artist, folder)
    assert other.painter.use == "attngan.v1"
    assert other.painter.settings == {"model": folder}
    assert other.poet == artist.poet
