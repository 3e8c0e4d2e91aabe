"""What the steps of the plan that is killed do; they reach no module of haiga's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def poem(inputs: Mapping[str, Any], seed: int) -> list[str]:
    return [f"snow {seed % 97}", "on the gate"]


def painting(inputs: Mapping[str, Any], seed: int) -> Any:
    chance = np.random.default_rng([seed, len(inputs["poem"][0])])
    return chance.integers(0, 256, (160, 160, 3)).astype(np.uint8)  # 77 kB: a file of its own


def styled(inputs: Mapping[str, Any], seed: int) -> Any:
    return inputs["painting"][::-1] ^ np.uint8(seed % 256)


def chosen(inputs: Mapping[str, Any], seed: int) -> dict[str, Any]:
    sums = [int(picture.sum()) for picture in inputs["styled"]]
    return {"poem": inputs["poem"], "best": int(np.argmax(sums)), "sums": sums}
