import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import BadModel, JobError
from haiga.models.session import Session
from haiga.models.store import load_model


def test_outputs_come_in_the_order_of_the_model(model_folder: Path) -> None:
    session = load_model(model_folder).session("twice.onnx", threads=1)
    assert session.inputs == ("x",)
    assert session.outputs == ("y", "z")
    y, z = session.run({"x": np.array([1.0, 2.0], np.float32)})
    assert y.tolist() == [2.0, 4.0]
    assert z.tolist() == [-1.0, -2.0]


@pytest.mark.parametrize("feeds", [{}, {"w": np.zeros(1)}, {"x": np.zeros(1), "w": np.zeros(1)}])
def test_inputs_the_model_does_not_take_are_told(
    model_folder: Path, feeds: dict[str, np.ndarray]
) -> None:
    session = Session(model_folder / "twice.onnx")
    with pytest.raises(JobError, match=r"twice.onnx: takes x; got"):
        session.run(feeds)


def test_an_array_of_another_type_is_told(model_folder: Path) -> None:
    session = Session(model_folder / "twice.onnx")
    with pytest.raises(JobError, match=r"twice.onnx: could not run: .*data type"):
        session.run({"x": np.zeros(3)})


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"nothing")
    with pytest.raises(BadModel, match=r"m.onnx: onnxruntime cannot load it"):
        Session(tmp_path / "m.onnx")


def test_reading_arrays_does_not_load_onnxruntime(model_folder: Path) -> None:
    code = (
        "import sys; from haiga.models.store import load_model; "
        "load_model(sys.argv[1]).tensors('table.safetensors'); "
        "sys.exit('onnxruntime' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, model_folder], check=False).returncode == 0
