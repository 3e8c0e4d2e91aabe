"""The eye's late features of pictures larger than it learned from, by ONNX Runtime."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnx.utils

from haiga.features.network_input import as_input
from haiga.models.session import Session
from haiga.models.store import load_model

_BATCH = 16


class EyeLook:
    """Gives the mean of the eye's late map over pictures of `size_px` a side.

    The eye is made of convolutions and so takes another size than the 128 px that its file
    names. ONNX Runtime is quicker than torch and takes no processor while it waits.
    """

    def __init__(self, size_px: int, threads: int) -> None:
        whole = onnx.load(str(load_model("eye").path("eye.onnx")))
        # the early view is of 128 px alone, so that what leads to it must go
        model = onnx.utils.Extractor(whole).extract_model(["pixels"], ["late"])
        for side in model.graph.input[0].type.tensor_type.shape.dim[2:]:
            side.dim_value = size_px
        del model.graph.value_info[:]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "eye.onnx"
            onnx.save(model, str(path))
            self._session = Session(path, threads=threads)

    def features(self, small: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Of squeezed pictures (N, S, S, 3): (N, 384)."""
        found = []
        for start in range(0, len(small), _BATCH):
            pixels = np.stack([as_input(one) for one in small[start : start + _BATCH]])
            found += self._session.run({"pixels": pixels})
        return np.concatenate(found)
