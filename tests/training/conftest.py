"""Small poems made by a small grammar, for trainings that take seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

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
