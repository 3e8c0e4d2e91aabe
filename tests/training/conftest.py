"""For trainings that take seconds: poems of a small grammar, and a teacher of random weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

THINGS = "moon crow river stone lantern snow heron reed gate pine".split()
WAYS = "over under beside beyond into".split()
ACTS = "waits sleeps drifts falls turns listens".split()
KINDS = "cold pale quiet small old bright".split()


def poem(number: int) -> str:
    """Four lines that are the same for the same number."""
    draw = np.random.default_rng(number)

    def one(words: list[str]) -> str:
        return str(draw.choice(words))

    lines = [
        f"the {one(KINDS)} {one(THINGS)} {one(ACTS)} {one(WAYS)} the {one(THINGS)},"
        for _ in range(4)
    ]
    return f"{one(THINGS)} {number}\n" + "\n".join(lines)


def write_jsonl(path: Path, count: int = 60) -> Path:
    """A JSONL file of poems by five authors, three of them women."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            record = {
                "text": poem(number),
                "author": f"Poet {'ABCDE'[number % 5]}",
                "title": f"Poem {number}",
                "gender": "female" if number % 5 < 3 else "male",
                "licence": "CC0-1.0",
                "source": "a grammar",
            }
            file.write(json.dumps(record) + "\n")
    return path


@pytest.fixture(scope="session")
def poems_jsonl() -> Callable[..., Path]:
    """`poems_jsonl(path, count=60)` writes that many small poems and returns the path."""
    return write_jsonl


WIDTHS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024)


@pytest.fixture(scope="session")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MobileNet v1's shapes with random weights."""
    rng = torch.Generator().manual_seed(0)
    tensors: dict[str, torch.Tensor] = {}

    def keep(kernel: str, norm: str, out: int, into: int, side: int, channels: int) -> None:
        scale = (2 / (into * side * side)) ** 0.5
        tensors[kernel] = torch.randn(out, into, side, side, generator=rng) * scale
        for name, value in (("gamma", 1.0), ("moving_variance", 1.0), ("beta", 0.1)):
            tensors[f"{norm}.{name}"] = torch.full((channels,), value)
        tensors[f"{norm}.moving_mean"] = torch.zeros(channels)

    keep("conv1.kernel", "conv1_bn", 32, 3, 3, 32)
    before = 32
    for n, width in enumerate(WIDTHS, 1):
        keep(f"conv_dw_{n}.depthwise_kernel", f"conv_dw_{n}_bn", before, 1, 3, before)
        keep(f"conv_pw_{n}.kernel", f"conv_pw_{n}_bn", width, before, 1, width)
        before = width
    path = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    save_file(tensors, str(path))
    return path
