import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture
from haiga.media.pictures import (
    encode_png,
    picture_digest,
    read_picture,
    read_recipe,
    write_png,
)

RECIPE = {
    "seed": 7,
    "artist": {"name": "auria"},
    "poem": ["雪の朝", "crow’s “k”"],
    "x": [1.5, None],
}


def picture(height: int = 20, width: int = 30) -> Picture:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_picture_and_recipe_come_back(tmp_path: Path) -> None:
    write_png(tmp_path / "p.png", picture(), recipe=RECIPE)
    assert np.array_equal(read_picture(tmp_path / "p.png"), picture())
    assert read_recipe(tmp_path / "p.png") == RECIPE


def test_the_same_picture_and_recipe_give_the_same_bytes() -> None:
    shuffled = dict(reversed(RECIPE.items()))
    assert encode_png(picture(), recipe=RECIPE) == encode_png(picture(), recipe=shuffled)


def test_every_png_says_that_a_trained_model_made_it(tmp_path: Path) -> None:
    write_png(tmp_path / "p.png", picture())
    with Image.open(tmp_path / "p.png") as image:
        packet = image.info["XML:com.adobe.xmp"]
    root = ET.fromstring(packet.strip())
    kind = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    found = [node.attrib[kind] for node in root.iter() if kind in node.attrib]
    assert found == ["http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"]


def test_the_recipe_can_be_read_without_haiga(tmp_path: Path) -> None:
    write_png(tmp_path / "p.png", picture(), recipe=RECIPE)
    assert "雪の朝".encode() in (tmp_path / "p.png").read_bytes()


def test_a_png_without_a_recipe_is_said_to_have_none(tmp_path: Path) -> None:
    Image.fromarray(picture()).save(tmp_path / "p.png")
    with pytest.raises(UserError, match=r"p.png: carries no haiga recipe"):
        read_recipe(tmp_path / "p.png")


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_png_has_no_recipe(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.png").write_bytes(content)
    with pytest.raises(BadPicture, match=r"p.png: is not a readable PNG"):
        read_recipe(tmp_path / "p.png")


def test_a_missing_file_has_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="there is no such file"):
        read_recipe(tmp_path / "p.png")


def test_another_suffix_than_png_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"end the name in .png"):
        write_png(tmp_path / "p.jpg", picture())


def test_an_array_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="uint8"):
        write_png(tmp_path / "p.png", np.zeros((4, 4, 3), np.float32))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_is_a_view_of_another_is_written_right(tmp_path: Path) -> None:
    write_png(tmp_path / "p.png", picture()[::2, ::-3])
    assert np.array_equal(read_picture(tmp_path / "p.png"), picture()[::2, ::-3])


def test_the_digest_is_of_size_and_pixels() -> None:
    assert picture_digest(picture()) == picture_digest(picture().copy())
    flat = np.zeros((2, 8, 3), np.uint8)
    assert picture_digest(flat) != picture_digest(flat.reshape(4, 4, 3))
    changed = picture()
    changed[3, 3, 0] ^= 1
    assert picture_digest(changed) != picture_digest(picture())


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab é\n"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abé\n\t\0"), plain, max_size=4))
def test_any_plain_recipe_comes_back(
    tmp_path_factory: pytest.TempPathFactory, recipe: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("r") / "p.png"
    write_png(path, picture(2, 2), recipe=recipe)
    assert read_recipe(path) == recipe
