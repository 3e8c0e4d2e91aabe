from typing import Any

import numpy as np
import pytest

from haiga.core.errors import BadModel, BadPicture, JobError, MissingExtra, UserError
from haiga.core.nouns import Poem, check_picture


def test_a_picture_is_height_width_and_three_bytes() -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    assert check_picture(picture) is picture


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((2, 3), np.uint8),
        np.zeros((2, 3, 4), np.uint8),
        np.zeros((0, 3, 3), np.uint8),
        np.zeros((2, 3, 3), np.float32),
        [[1, 2, 3]],
        None,
    ],
)
def test_anything_else_is_refused_by_name(value: Any) -> None:
    with pytest.raises(BadPicture, match="sky.png: expected"):
        check_picture(value, "sky.png")


def test_the_text_of_a_poem_is_its_lines() -> None:
    assert Poem(("a", "b")).text == "a\nb"


@pytest.mark.parametrize(
    ("kind", "code"),
    [(UserError, 2), (BadPicture, 2), (MissingExtra, 2), (JobError, 1), (BadModel, 1)],
)
def test_a_users_mistake_ends_in_two_and_a_failed_job_in_one(kind: Any, code: int) -> None:
    assert kind("x").exit_code == code
