"""Training pictures are found again in another guise, and other pictures are not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from drawn import drawn
from PIL import Image

from haiga.core.errors import BadModel
from haiga.inspection.seen_pictures import SEEN, Outward, SeenPictures, read_seen
from haiga.models.card import write_card
from haiga.models.store import Model


def look(picture: np.ndarray, name: str) -> Outward:
    return Outward.of(picture, (name.encode().hex() * 64)[:64])


@pytest.fixture
def seen() -> SeenPictures:
    keys = tuple(f"pet/{i}.jpg" for i in range(6))
    return SeenPictures(keys, tuple(look(drawn(i), f"a{i}") for i in range(6)))


def as_jpeg(picture: np.ndarray) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=50)
    return np.asarray(Image.open(buffer))


def test_the_same_bytes_are_found_by_their_digest_even_of_a_blank(seen: SeenPictures) -> None:
    blank = np.full((30, 30, 3), 90, np.uint8)
    kept = SeenPictures(("blank.png",), (look(blank, "b"),))
    assert kept.find([look(blank, "b"), look(blank, "c")]) == ["blank.png", None]


def test_a_picture_saved_again_resized_or_mirrored_is_found(seen: SeenPictures) -> None:
    small = np.asarray(Image.fromarray(drawn(2)).resize((90, 72)))
    turned = np.ascontiguousarray(drawn(3)[:, ::-1])
    found = seen.find([look(as_jpeg(drawn(1)), "x"), look(small, "y"), look(turned, "z")])
    assert found == ["pet/1.jpg", "pet/2.jpg", "pet/3.jpg"]


def test_other_pictures_are_not_found_and_nothing_is_nothing(seen: SeenPictures) -> None:
    assert seen.find([look(drawn(i), f"o{i}") for i in range(20, 40)]) == [None] * 20
    assert seen.find([]) == []
    assert SeenPictures((), ()).find([look(drawn(1), "q")]) == [None]


def test_what_is_kept_is_read_back(seen: SeenPictures, tmp_path: Path) -> None:
    (tmp_path / SEEN).write_bytes(seen.save())
    card = {"name": "m", "role": "classifier", "title": "t", "about": "a", "licence": "l",
            "origin": "o", "recipe": "r"}  # fmt: skip
    write_card(tmp_path, files=[SEEN], **card)
    back = read_seen(Model(tmp_path))
    assert back.keys == seen.keys
    assert back.find([look(as_jpeg(drawn(4)), "x")]) == ["pet/4.jpg"]


def test_a_damaged_file_is_said_to_be(tmp_path: Path) -> None:
    from safetensors.numpy import save

    (tmp_path / SEEN).write_bytes(save({"digests": np.zeros((2, 32), np.uint8)}))
    card = {"name": "m", "role": "classifier", "title": "t", "about": "a", "licence": "l",
            "origin": "o", "recipe": "r"}  # fmt: skip
    write_card(tmp_path, files=[SEEN], **card)
    with pytest.raises(BadModel, match="is damaged"):
        read_seen(Model(tmp_path))
