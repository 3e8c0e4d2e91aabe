"""The index of training pictures: what it finds, what it leaves alone, what it says of damage."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import BadModel
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.picture_index import FILE, FOLDER, PictureIndex, Shown
from haiga.features.picture_index_build import SAME, build_index, calibrated
from haiga.models.store import load_model

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from tiny_index import SIDE_PX, _card, make_index, paintings

COUNT = 120
Change = Callable[[Picture], Picture]


@pytest.fixture(scope="module")
def eye() -> Eye:
    return Eye(threads=1)


@pytest.fixture(scope="module")
def trained() -> list[Picture]:
    return paintings(COUNT, 1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, trained: list[Picture], eye: Eye) -> Path:
    return make_index(tmp_path_factory.mktemp("models") / "tiny", trained, eye)


@pytest.fixture(scope="module")
def index(model: Path) -> PictureIndex:
    """The index as it comes back from its file."""
    return PictureIndex.load(load_model(model / FOLDER))


def jpeg(picture: Picture) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=30)
    return np.asarray(Image.open(buffer))


def part(picture: Picture) -> Picture:
    box = (3, 2, SIDE_PX - 1, SIDE_PX - 2)
    small = Image.fromarray(picture).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC, box=box)
    return np.asarray(small)


def moved(picture: Picture) -> Picture:
    wide = np.pad(picture, ((4, 4), (4, 4), (0, 0)), mode="edge")
    return np.ascontiguousarray(wide[7 : 7 + SIDE_PX, 1 : 1 + SIDE_PX])


def mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


@pytest.mark.parametrize(
    "change",
    [lambda p: p, mirrored, jpeg, part, moved, lambda p: mirrored(part(p))],
    ids=["exact", "mirrored", "jpeg", "part", "moved", "part mirrored"],
)
def test_a_training_picture_is_found_again_and_named(
    index: PictureIndex, trained: list[Picture], eye: Eye, change: Change
) -> None:
    for number in range(0, COUNT, 10):
        found = index.find(Shown.of(change(trained[number]), eye))
        assert found.value == "copy"
        assert found.work.told == f"“Disc {number}” by A. Painter"


def test_new_pictures_are_new(index: PictureIndex, eye: Eye) -> None:
    found = [index.find(Shown.of(picture, eye)) for picture in paintings(60, 2)]
    assert sum(each.value != "new" for each in found) <= 3  # one of 121 is expected
    assert 0.6 < np.median([each.distance for each in found]) < 1.5


def test_false_alarms_are_no_more_than_a_hundredth_and_said(index: PictureIndex) -> None:
    limits = index.limits
    assert limits.count == COUNT
    assert 0 < limits.copy_rate <= limits.close_rate <= 0.01
    assert 0 < limits.copy <= limits.close


def test_an_index_takes_few_bytes_and_holds_no_picture(model: Path) -> None:
    tensors = load_model(model / FOLDER).tensors(FILE)
    rows = [array for name, array in tensors.items() if name.endswith(".rows")]
    assert all(array.dtype == np.int8 for array in rows)
    assert sum(array.nbytes for array in rows) <= 152 * COUNT
    assert all(array.shape[-1] <= 64 for array in rows)


def test_limits_are_those_of_the_works_left_out() -> None:
    near = np.linspace(0.5, 1.5, 999).astype(np.float32)
    limits = calibrated([np.full((2, 3, 4), d, np.float32) for d in near])
    assert limits.usual == pytest.approx([1, 1, 1], abs=1e-3)
    assert limits.close == pytest.approx(float(near[9]), rel=1e-3)
    assert limits.copy == pytest.approx(float(near[0]), rel=1e-3)
    assert limits.close_rate == pytest.approx(0.01)
    assert limits.copy_rate == pytest.approx(0.001)
    assert limits.count == 999


def test_a_picture_twice_under_two_names_does_not_blind_the_index() -> None:
    near = [0.001] * 5 + [1.0] * 1000
    limits = calibrated([np.full((2, 3, 4), d, np.float32) for d in near])
    assert limits.copy == SAME
    assert limits.copy_rate == pytest.approx(6 / 1006)


def test_of_few_works_only_the_same_picture_is_a_copy() -> None:
    near = np.linspace(0.5, 1.5, 40).astype(np.float32)
    limits = calibrated([np.full((2, 3, 4), d, np.float32) for d in near])
    assert limits.copy == SAME
    assert limits.close == pytest.approx(float(near[0]), rel=0.1)
    assert limits.close_rate == pytest.approx(1 / 41)


def test_pictures_of_one_work_cannot_be_indexed(trained: list[Picture], eye: Eye) -> None:
    with pytest.raises(ValueError, match="pictures of two works"):
        build_index(trained[:3], [], ["a", "a", "a"], eye)


def test_a_damaged_index_is_refused(model: Path, tmp_path: Path) -> None:
    whole = (model / FOLDER / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole)
    _card(tmp_path, "tiny-pictures", "index", FILE)
    (tmp_path / FILE).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BadModel, match="is not the file its card describes"):
        PictureIndex.load(load_model(tmp_path))
    from safetensors.numpy import save

    (tmp_path / FILE).write_bytes(save({"scales": np.zeros(3, np.float32)}))
    _card(tmp_path, "tiny-pictures", "index", FILE)
    with pytest.raises(BadModel, match="is no picture index"):
        PictureIndex.load(load_model(tmp_path))
