"""An ONNX model ready to run on the CPU. The only file that imports onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# Official builds report to their maker and leave an identifier in ~/.cache, unless
# this is set before the library is loaded; nothing in haiga phones home.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

from haiga.core.errors import BadModel, JobError

onnxruntime.disable_telemetry_events()  # for builds that do not heed the variable


class Session:
    """An ONNX model loaded once and run many times.

    Runs on the CPU with a fixed number of threads, so that the same inputs give
    the same bytes on the same machine. Raises BadModel when the file cannot be
    loaded.
    """

    def __init__(self, path: str | Path, threads: int = 2) -> None:
        self.path = Path(path)
        try:
            self._session = onnxruntime.InferenceSession(
                str(self.path), _options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no public ancestor
            raise BadModel(f"{self.path}: onnxruntime cannot load it: {error}") from error
        self.inputs: tuple[str, ...] = tuple(i.name for i in self._session.get_inputs())
        self.outputs: tuple[str, ...] = tuple(o.name for o in self._session.get_outputs())

    def run(self, feeds: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """All outputs, in the model's order, for one array per input.

        Raises JobError when an input is missing, unknown, or of another dtype
        or shape than the model takes.
        """
        if set(feeds) != set(self.inputs):
            raise JobError(
                f"{self.path.name}: takes {', '.join(self.inputs)}; got {', '.join(feeds)}"
            )
        try:
            outputs = self._session.run(None, dict(feeds))
        except Exception as error:
            raise JobError(f"{self.path.name}: could not run: {error}") from error
        return [np.asarray(output) for output in outputs]


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    # Waiting threads sleep: small networks lose nothing, and other work gets the core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only: warnings would land on a user's terminal
    return options
