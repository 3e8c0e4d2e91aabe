import os
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import BadModel
from haiga.models.card import CARD
from haiga.models.store import Model, bundled_names, load_model


def test_arrays_and_json_are_read(model_folder: Path) -> None:
    model = load_model(model_folder)
    assert model.json("words.json") == ["moon", "雪"]
    table = model.tensors("table.safetensors")
    assert table["w"].dtype == np.float32
    assert table["w"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_digests_name_the_model_and_the_file(model_folder: Path) -> None:
    digests = load_model(model_folder).digests
    assert sorted(digests) == ["twice/table.safetensors", "twice/twice.onnx", "twice/words.json"]
    assert all(len(digest) == 64 for digest in digests.values())


def test_a_file_that_is_not_the_one_on_the_card_is_refused(model_folder: Path) -> None:
    path = model_folder / "twice.onnx"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadModel, match=r"twice.onnx: is not the file its card .*; train") as told:
        load_model(model_folder).session("twice.onnx")
    assert "copy its folder again" in str(told.value)
    assert "install" not in str(told.value)


def test_a_damaged_file_of_haigas_own_is_mended_by_installing_it_again(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haiga.models.store.BUNDLED", model_folder.parent)
    (model_folder / "words.json").write_text("[]")
    with pytest.raises(BadModel, match="install haiga again"):
        load_model(model_folder.name).path("words.json")


def test_a_file_that_changes_while_we_run_is_noticed(model_folder: Path) -> None:
    model = load_model(model_folder)
    model.path("words.json")
    (model_folder / "words.json").write_text("[]")
    with pytest.raises(BadModel, match="is not the file"):
        model.json("words.json")


def test_a_file_is_checked_once(model_folder: Path) -> None:
    model = load_model(model_folder)
    path = model.path("words.json")
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"moon", b"noon"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert model.path("words.json") == path  # same time and size: not read again


def test_a_missing_file_is_told(model_folder: Path) -> None:
    (model_folder / "twice.onnx").unlink()
    with pytest.raises(BadModel, match=r"twice.onnx: is missing; train the model or copy"):
        load_model(model_folder).path("twice.onnx")


def test_a_file_that_is_not_on_the_card_is_not_opened(model_folder: Path) -> None:
    (model_folder / "other.onnx").touch()
    with pytest.raises(BadModel, match=r"has no file 'twic.onnx'; did you mean 'twice.onnx'"):
        load_model(model_folder).path("twic.onnx")
    with pytest.raises(BadModel, match="has no file 'other.onnx'"):
        load_model(model_folder).path("other.onnx")


def test_a_file_of_another_kind_is_refused(model_folder: Path) -> None:
    model = load_model(model_folder)
    with pytest.raises(BadModel, match=r"words.json: is not a safetensors file"):
        model.tensors("words.json")
    with pytest.raises(BadModel, match=r"twice.onnx: is not JSON"):
        model.json("twice.onnx")
    with pytest.raises(BadModel, match=r"words.json: onnxruntime cannot load it"):
        model.session("words.json")


def test_an_unknown_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="no model named 'nothing-like-it'") as told:
        load_model("nothing-like-it")
    assert told.value.exit_code == 2
    with pytest.raises(BadModel, match="did you mean 'verse'"):
        load_model("verses", role="poet")
    with pytest.raises(BadModel) as told:
        load_model("word", role="poet")
    assert "words" not in str(told.value)
    with pytest.raises(BadModel, match="holds no model"):
        load_model(tmp_path)


def test_the_folder_of_a_run_that_is_not_finished_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/plan.json").write_text("{}")
    with pytest.raises(BadModel, match="holds an unfinished run; go on .*--resume"):
        load_model(tmp_path)


def test_a_file_is_no_folder_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "poems.txt").write_text("snow")
    with pytest.raises(BadModel, match="poems.txt: is a file, not the folder of a model"):
        load_model(tmp_path / "poems.txt")


def test_models_are_bundled() -> None:
    assert bundled_names()


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_model_is_the_one_its_card_describes(name: str) -> None:
    model = load_model(name)
    assert model.card.name == name
    assert model.card.licence
    assert model.card.origin
    assert model.card.recipe
    for file in model.card.files:
        assert model.path(file.name).stat().st_size == file.bytes
    assert {path.name for path in model.folder.iterdir() if path.is_file()} == listed(model)
    for folder in (path for path in model.folder.iterdir() if path.is_dir()):
        beside = load_model(folder)  # the index of its pictures has a card of its own
        assert beside.card.role == "index"
        for file in beside.card.files:
            assert beside.path(file.name).stat().st_size == file.bytes
        assert {path.name for path in folder.iterdir()} == listed(beside)


def listed(model: Model) -> set[str]:
    """The files a model's folder should hold."""
    return {file.name for file in model.card.files} | {CARD}
