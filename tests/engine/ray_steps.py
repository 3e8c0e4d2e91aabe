"""What the steps of the Ray tests do: a module that every process can import."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from haiga.core.errors import UserError
from haiga.engine.kinds import Kind
from haiga.engine.plan import Work


def _no_text(value: Any) -> str:
    return "" if isinstance(value, str) else f"it made a {type(value).__name__}"


def _read(data: bytes) -> str:
    return data.decode("utf-8")


KINDS = {"text": Kind("text", ".txt", _no_text, str.encode, _read)}


def noise(side_px: int = 700) -> Work:
    """A large picture out of a seed."""

    def work(inputs: Mapping[str, Any], seed: int) -> Any:
        drawn = np.random.Generator(np.random.PCG64(seed))
        return drawn.integers(0, 256, (side_px, side_px, 3), dtype=np.uint8)

    return work


def mixed() -> Work:
    """A matrix product over pictures: what threads could make differ."""

    def work(inputs: Mapping[str, Any], seed: int) -> Any:
        whole = sum(np.asarray(value, np.float32) for value in inputs["pictures"])
        return (whole[:, :, 0] @ whole[:, :, 1].T).astype(np.float32)

    return work


def told(word: str = "a text") -> Work:
    """A few words."""

    def work(inputs: Mapping[str, Any], seed: int) -> str:
        print("printed, and no result")
        return f"{word} of {seed}, {sorted(inputs)}"

    return work


def fails(how: str, folder: str = "") -> Work:
    """Fails in a way, for ever or, where there is a folder, once."""

    def work(inputs: Mapping[str, Any], seed: int) -> str:
        if folder:
            once = Path(folder, "was-here")
            if once.exists():
                return f"whole of {seed}"
            once.write_text(str(os.getpid()))
        print("what it printed")
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "hangs":
            time.sleep(100)
        if how == "exits":
            sys.exit(3)
        if how == "refuses":
            raise UserError("this cannot be met")
        if how == "raises":
            raise ValueError("nothing is right")
        return 7 if how == "wrong kind" else "well"  # type: ignore[return-value]

    return work


def seen() -> Work:
    """What a step sees of its machine."""

    def work(inputs: Mapping[str, Any], seed: int) -> dict[str, Any]:
        import ray

        context = ray.get_runtime_context()
        return {
            "pid": os.getpid(),
            "resources": dict(context.get_assigned_resources()),
            "gpus": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
            "secret": os.environ.get("HAIGA_TEST_SECRET", ""),
        }

    return work


def slow() -> Work:
    """Takes its time, and tells where it ran."""

    def work(inputs: Mapping[str, Any], seed: int) -> str:
        time.sleep(1.0)
        return f"of {seed}"

    return work
