"""Every registered implementation of a role, ours and plug-ins', made once with its defaults.

A test that takes `poet`, `painter`, `mood_reader`, `stylist`, `upscaler`, `embedder`,
`generator`, `captioner`, `classifier` or `curator` runs for each implementation there is. One
that cannot be loaded or made fails its tests: nothing is skipped.
"""

from __future__ import annotations

import functools
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.core import registry
from haiga.core.nouns import Picture, Poem

ROLES = {
    "poet": "poet",
    "painter": "painter",
    "mood_reader": "mood",
    "stylist": "stylist",
    "upscaler": "upscaler",
    "embedder": "embedder",
    "generator": "generator",
    "captioner": "captioner",
    "curator": "curator",
    "classifier": "classifier",
}
"""Each fixture with the role it is a maker of."""


TINY = "lm.v1, tiny"
"""The writer with a poet of random weights, beside the bundled one."""


def _generator(folder: Path) -> Path:
    from tiny_generator import CODES, make_generator

    return make_generator(folder, labels=("Snow", "Yellow field", "Rain"), codes=CODES)


def _attngan(folder: Path) -> Path:
    from tiny_painter import make_attngan

    return make_attngan(folder)


def _esrgan(folder: Path) -> Path:
    from tiny_esrgan import compact, save

    return save(compact(2), folder / "net.safetensors")


def _classifier(folder: Path) -> Path:
    from tiny_classifier import make_classifier

    return make_classifier(folder)


MODELS: dict[tuple[str, str], Callable[[Path], Path]] = {
    ("classifier", "network.v1"): _classifier,
    ("generator", "latent.v1"): _generator,
    ("painter", "generator.v1"): _generator,
    ("painter", "attngan.v1"): _attngan,
    ("upscaler", "esrgan.v1"): _esrgan,
}
"""Those that need a model of one's own, each with what makes a tiny one in a folder."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, role in ROLES.items():
        if fixture in metafunc.fixturenames:
            names = registry.names(role) or ["none"]
            more = [TINY] if role == "poet" else []
            metafunc.parametrize(fixture, names + more, indirect=True)


@functools.cache
def made(role: str, name: str) -> Any:
    """The implementation with its default settings, made once for all its tests."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
    if (role, name) in MODELS:
        folder = MODELS[role, name](Path(tempfile.mkdtemp()) / "tiny")
        return registry.make(role, name, {"model": str(folder)})
    if name == TINY:
        from tiny_poet import make_poet

        folder = make_poet(Path(tempfile.mkdtemp()) / "tiny")
        return registry.make(role, "lm.v1", {"model": str(folder), "candidates": 6})
    return registry.make(role, name, {})


@pytest.fixture
def poet(request: pytest.FixtureRequest) -> Any:
    return made("poet", request.param)


@pytest.fixture
def painter(request: pytest.FixtureRequest) -> Any:
    return made("painter", request.param)


@pytest.fixture
def mood_reader(request: pytest.FixtureRequest) -> Any:
    return made("mood", request.param)


@pytest.fixture
def stylist(request: pytest.FixtureRequest) -> Any:
    return made("stylist", request.param)


@pytest.fixture
def upscaler(request: pytest.FixtureRequest) -> Any:
    return made("upscaler", request.param)


@pytest.fixture
def embedder(request: pytest.FixtureRequest) -> Any:
    return made("embedder", request.param)


@pytest.fixture
def generator(request: pytest.FixtureRequest) -> Any:
    return made("generator", request.param)


@pytest.fixture
def captioner(request: pytest.FixtureRequest) -> Any:
    return made("captioner", request.param)


@pytest.fixture
def curator(request: pytest.FixtureRequest) -> Any:
    return made("curator", request.param)


@pytest.fixture
def classifier(request: pytest.FixtureRequest) -> Any:
    return made("classifier", request.param)


@pytest.fixture
def maker() -> Callable[[str, str], Any]:
    """Makes any implementation of any role, as the tests of its role have it."""
    return made


@pytest.fixture(autouse=True)
def no_global_generator() -> Iterator[None]:
    """No law may hold by way of, or leave a trace in, a generator that all share."""
    np.random.seed(0)  # noqa: NPY002
    before = (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002
    yield
    after = (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002
    assert before == after, "a global generator was used"


@pytest.fixture
def poems() -> list[Poem]:
    """Three poems that differ in words, seasons and moods."""
    return [
        Poem(("snow on the old pine", "the lamp of a fishing boat", "far across the bay"), "haiku"),
        Poem(
            ("a yellow field burns", "under the enormous noon", "children run through it"), "haiku"
        ),
        Poem(
            ("rain on the graveyard", "the last leaves of the willow", "cling to the stone wall"),
            "haiku",
        ),
    ]


@pytest.fixture
def pictures() -> list[Picture]:
    """A landscape of soft colours, a portrait of hard noise, and a flat square."""
    y, x = np.mgrid[0:96, 0:144]
    soft = np.stack([60 + x, 200 - y, 90 + (x + y) // 3], axis=-1).astype(np.uint8)
    noise = np.random.default_rng(1).integers(0, 256, (128, 80, 3), dtype=np.uint8)
    return [soft, noise, np.full((64, 64, 3), (120, 160, 90), np.uint8)]
