"""The copying index in its file: mapped, the same bytes twice, refused when damaged."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from crow_and_mill import CROW, MILL
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.core.errors import BadModel
from haiga.features.copying import CopyIndex, bare_words


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "copies.safetensors"
    CopyIndex.of([CROW, MILL]).save(path)
    return path


def test_an_index_from_its_file_is_mapped_and_answers_as_before(file: Path) -> None:
    index = CopyIndex.open(file)
    assert isinstance(index.arrays["low"], np.memmap)
    poem = ["the old black crow has folded up", "o'er golden water now is still"]
    assert index.runs(poem) == CopyIndex.of([CROW, MILL]).runs(poem)
    assert len(index.runs(poem)) == 2
    assert index.split_of("\n".join(MILL.lines)) == "test"
    assert index.works == [("Ann Reed", "The Crow"), ("Tom Hale", "Mill")]


def test_building_twice_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    for n in range(3):
        CopyIndex.of([CROW, MILL]).save(tmp_path / f"{n}.safetensors")
        assert (tmp_path / f"{n}.safetensors").read_bytes() == file.read_bytes()


def test_the_file_holds_none_of_the_words(file: Path) -> None:
    arrays = CopyIndex.open(file).arrays
    told = zlib.decompress(arrays["works"].tobytes()).decode()
    assert json.loads(told)["titles"] == ["The Crow", "Mill"]
    data = b"".join(array.tobytes() for array in arrays.values()).lower() + told.lower().encode()
    for word in {w for s in (CROW, MILL) for line in s.lines for w in bare_words(line)}:
        assert len(word) < 4 or word in "the crow mill" or word.encode() not in data


def test_a_file_cut_short_anywhere_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    for size in {0, 1, 7, 8, 60, *range(100, len(whole), 37), len(whole) - 1}:
        file.write_bytes(whole[:size])
        with pytest.raises(BadModel, match=r"copies\.safetensors"):
            CopyIndex.open(file)
    file.write_bytes(whole + b"\0")
    with pytest.raises(BadModel, match="instead of"):
        CopyIndex.open(file)


@settings(max_examples=100)
@given(where=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_damaged_byte_is_refused_or_leaves_an_index_that_answers(where: int, value: int) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "copies.safetensors"
        CopyIndex.of([CROW, MILL]).save(path)
        data = bytearray(path.read_bytes())
        data[where % len(data)] = value
        path.write_bytes(data)
        try:
            index = CopyIndex.open(path)
        except BadModel:
            return
        index.runs([*CROW.lines, *MILL.lines])
        index.split_of("\n".join(MILL.lines))
        del index


def test_a_file_that_is_missing_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    with pytest.raises(BadModel, match=r"gone\.safetensors: the model file cannot be read"):
        CopyIndex.open(tmp_path / "gone.safetensors")
    other = tmp_path / "other.safetensors"
    save_file({"vectors": np.zeros((2, 3), np.float32)}, other)
    with pytest.raises(BadModel, match="is not a whole copying index"):
        CopyIndex.open(other)
    other.write_text("once upon a time in a wood")
    with pytest.raises(BadModel, match="is not a whole safetensors file"):
        CopyIndex.open(other)
