"""A painter and a stylist that need clashing packages work in one pipeline, killed twice."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "engine"))

from wheels import clash_wheels, only_from, stand_ins_for_haigas_packages, write_wheel

PAINTER = '''
"""A painter that can only be with clash 1."""
import clash
import numpy as np

assert clash.VERSION == "1.0", clash.VERSION

class Inky:
    def __init__(self, size_px: int = 32) -> None:
        self.size_px = size_px
    models = {}
    def paint(self, poems, *, seeds):
        return [np.random.default_rng(seed).integers(0, 255, (self.size_px, self.size_px, 3))
                .astype(np.uint8) for seed in seeds]
    def unseen_words(self, poem):
        return []
'''

STYLIST = '''
"""A stylist that can only be with clash 2."""
import time
import clash
from haiga.core.nouns import Style

assert clash.VERSION == "2.0", clash.VERSION

class Wash:
    models = {}
    def styles(self):
        return [Style("w1", "Wash", "", "", "", "", "calm", 0.0, 0.0, ((0, 0, 0),), (0.0,))]
    def read_style(self, picture):
        return self.styles()[0]
    def restyle(self, pictures, *, styles, strength, seeds):
        time.sleep(0.2)  # long enough to be killed in
        return [255 - picture for picture in pictures]
'''

PIPELINE = """
name = "two-hands"
[[step]]
name = "poem"
use = "poet:lstm.v1"
with = { about = "snow" }
[[step]]
name = "painting"
use = "painter:inky.v1"
inputs = ["poem"]
env = { requirements = ["inky"] }
[[step]]
name = "styled"
use = "stylist:wash.v1"
with = { like = "w1" }
inputs = ["painting"]
env = { requirements = ["wash"] }
"""


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    index = tmp_path / "wheels"
    only_from(index, tmp_path / "uv-cache", monkeypatch)
    stand_ins_for_haigas_packages(index)
    clash_wheels(index)
    for name, code, role, maker, version in (
        ("inky", PAINTER, "painters", "Inky", "1.0"),
        ("wash", STYLIST, "stylists", "Wash", "2.0"),
    ):
        points = f'[haiga.{role}]\n"{name}.v1" = {name}:{maker}\n'.replace('"', "")
        files = {f"{name}.py": code, f"{name}-1.0.dist-info/entry_points.txt": points}
        write_wheel(index, name, "1.0", files, requires=[f"clash=={version}"])
    file = tmp_path / "two.toml"
    file.write_text(PIPELINE)
    return file


def command(file: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "haiga", "pipeline", "run", str(file), "--count", "4", "--seed",
            "3", "--out", str(out), "--studio", str(out.parent / f"{out.name}-studio"),
            *more]  # fmt: skip


def digests(out: Path) -> dict[str, str]:
    files = [p for p in sorted(out.rglob("*")) if p.suffix in (".png", ".txt")]
    return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.slow
def test_hands_that_cannot_share_a_package_work_together_and_outlive_two_kills(
    pipeline: Path, tmp_path: Path
) -> None:
    whole = subprocess.run(command(pipeline, tmp_path / "whole"), capture_output=True, text=True)
    assert whole.returncode == 0, whole.stderr
    expected = digests(tmp_path / "whole")
    assert len(expected) == 12  # a poem, a painting and a styled one, four times

    killed = tmp_path / "killed"
    for done in (1, 4):
        with subprocess.Popen(command(pipeline, killed), stderr=subprocess.DEVNULL) as run:
            _wait_for(killed / "events.jsonl", done)
            os.kill(run.pid, signal.SIGKILL)
        assert set(digests(killed).items()) < set(expected.items())
    again = subprocess.run(command(pipeline, killed), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert digests(killed) == expected
    events = [json.loads(line) for line in (killed / "events.jsonl").read_text().splitlines()]
    made = [(e["item"], e["step"]) for e in events if e["kind"] == "done"]
    assert len(made) == len(set(made)), "a result that was done was made again"


def _wait_for(events: Path, done: int) -> None:
    """Until so many results are told of as done."""
    for _ in range(2400):
        told = events.read_text().splitlines() if events.is_file() else []
        if sum('"done"' in line for line in told) >= done:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was done in two minutes")
