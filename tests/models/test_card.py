import hashlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from haiga.core.errors import BadModel
from haiga.models.card import CARD, read_card, write_card

KEYS = {"role": "poet", "licence": "CC0-1.0", "origin": "here", "recipe": "haiga train x"}


def test_a_card_comes_back_as_it_was_written(model_folder: Path) -> None:
    card = read_card(model_folder)
    assert card.title == 'A "small" model \\ for tests'
    assert card.about == "Doubles what it gets.\nAnd no more."
    assert card.data[0].credit == "Bashō"
    assert card.quality == {"perplexity": 150.25, "5-7-5": 1.0, "a figure": 1e-7}
    assert card.parity == {"largest difference": 3e-06}
    assert card.created == "2026-11-20"


def test_each_file_is_measured(model_folder: Path) -> None:
    data = (model_folder / "words.json").read_bytes()
    listed = {file.name: file for file in read_card(model_folder).files}["words.json"]
    assert listed.sha256 == hashlib.sha256(data).hexdigest()
    assert listed.bytes == len(data)


def test_a_card_cannot_be_changed(model_folder: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_card(model_folder).licence = "mine"  # type: ignore[misc]


def test_a_file_that_is_not_there_cannot_be_described(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"gone.onnx: there is no such file"):
        write_card(tmp_path, name="x", title="", about="", files=["gone.onnx"], **KEYS)
    assert not (tmp_path / CARD).exists()


def test_a_missing_card_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"card.toml: there is no model card"):
        read_card(tmp_path)


def test_a_broken_card_is_told_with_its_line(model_folder: Path) -> None:
    for broken in ("name = 'x'\nrole = \n", 'name = \'x\'\nabout = """\nsnow'):
        (model_folder / CARD).write_text(broken)
        with pytest.raises(BadModel, match=r"card.toml:[23]: is no TOML: .*; train the model"):
            read_card(model_folder)


def test_an_empty_card_is_told_in_one_clause(model_folder: Path) -> None:
    (model_folder / CARD).write_text("\n")
    with pytest.raises(BadModel, match=r"card.toml: is empty; train the model or copy"):
        read_card(model_folder)


def test_all_that_a_card_lacks_is_told_at_once(model_folder: Path) -> None:
    path = model_folder / CARD
    lines = path.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(('licence = "Ap', "origin"))]
    path.write_text("\n".join(kept).replace("bytes = ", "bytes = -"))
    with pytest.raises(BadModel) as told:
        read_card(model_folder)
    assert f"{CARD}: lacks licence, origin; files.0.bytes: " in str(told.value)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", ".hidden", ""])
def test_a_card_cannot_name_files_outside_its_folder(model_folder: Path, name: str) -> None:
    path = model_folder / CARD
    path.write_text(path.read_text().replace('name = "twice.onnx"', f'name = "{name}"'))
    with pytest.raises(BadModel, match=r"files.0.name"):
        read_card(model_folder)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(about=texts, key=texts, figure=st.floats(allow_nan=False) | st.integers(-9, 9) | texts)
def test_any_text_can_stand_on_a_card(
    tmp_path_factory: pytest.TempPathFactory, about: str, key: str, figure: float | str
) -> None:
    folder = tmp_path_factory.mktemp("card")
    (folder / "f.bin").write_bytes(b"1")
    quality = {key: figure}
    written = write_card(
        folder, name="x", title="t", about=about, files=["f.bin"], quality=quality, **KEYS
    )
    assert read_card(folder) == written
    assert tomllib.loads((folder / CARD).read_text("utf-8"))["quality"] == quality
