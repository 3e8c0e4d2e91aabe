"""Where a picture may be written, and what is never replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.actions.targets import check_target
from haiga.core.errors import UserError
from haiga.media.recipe import recipe_chunks


def test_a_picture_of_haigas_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ours.png"
    picture = Image.fromarray(np.zeros((4, 4, 3), np.uint8))
    picture.save(path, pnginfo=recipe_chunks({"haiga": "1"}))
    assert check_target(path) == path


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_of_the_users_is_not(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path, format=kind)
    before = path.read_bytes()
    with pytest.raises(UserError, match="haiga did not make it"):
        check_target(path)
    assert path.read_bytes() == before
