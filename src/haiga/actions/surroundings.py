"""What besides the recipe's own settings can change a result: versions and the machine."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("numpy", "pillow", "onnxruntime")


def library_versions() -> dict[str, str]:
    """The installed version of every library whose arithmetic enters a piece."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def machine_kind() -> str:
    """The kind of machine in one line, such as `Linux x86_64 AVX512_ICL`.

    Results are the same to the pixel on one kind of machine: the same system,
    processor family and vector instructions. Never a name or a serial number.
    """
    import numpy as np

    vectors = ""
    try:
        found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
        vectors = str(found[-1]) if found else ""
    except (KeyError, TypeError, AttributeError):
        pass  # an older or differently built numpy does not tell
    return " ".join(p for p in (platform.system(), platform.machine(), vectors) if p)
