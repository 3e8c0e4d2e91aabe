"""The real command in a process of its own, with the fake makers installed as a plug-in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FAKES = Path(__file__).parent.parent / "plugins" / "fakes"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Every line of standard output, each of which must be a JSON object."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (only,) = self.objects
        return only


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that, on the path, is an installed distribution of fake makers."""
    site = tmp_path_factory.mktemp("site")
    info = site / "fake_makers-1.0.dist-info"
    info.mkdir()
    shutil.copy(FAKES / "fake_makers.py", site)
    shutil.copy(FAKES / "entry_points.txt", info)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-makers\nVersion: 1.0\n")
    return site


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty folder to work in, with the fake artist's file."""
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copy(FAKES / "fake.toml", folder)
    return folder


@pytest.fixture
def environment(plugin: Path) -> dict[str, str]:
    """The environment of a command: the plug-in on the path, no studio of anyone's."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("HAIGA")}
    env["PYTHONPATH"] = str(plugin)
    env["COLUMNS"] = "100"
    return env


Run = Callable[..., Ended]


@pytest.fixture
def run(work: Path, environment: Mapping[str, str]) -> Run:
    """Runs `haiga` with arguments in the work folder."""

    def run_it(*arguments: object, env: Mapping[str, str] | None = None, **more: Any) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "haiga", *map(str, arguments)],
            cwd=more.pop("cwd", work),
            env={**environment, **(env or {})},
            capture_output=True,
            timeout=120,
            **more,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run_it


@pytest.fixture
def create(run: Run) -> Run:
    """Runs `haiga create` with the fake artist in `studio` and `--json`."""

    def create_it(*arguments: object, **more: Any) -> Ended:
        common = ("--artist", "fake.toml", "--studio", "studio", "--json")
        return run("create", *common, *arguments, **more)

    return create_it
