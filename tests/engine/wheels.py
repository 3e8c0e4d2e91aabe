"""Tiny packages for tests: wheels written by hand, and a folder that builds itself."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from haiga.engine.own_packages import base_requirements
from haiga.engine.requirement_lines import package_name


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str],
    requires: Sequence[str] = (),
) -> Path:
    """A wheel of plain Python files: a zip with its metadata and a record of every file."""
    folder.mkdir(parents=True, exist_ok=True)
    spelt = name.replace("-", "_")
    info = f"{spelt}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"]
    metadata += [f"Requires-Dist: {line}\n" for line in requires]
    inside = {
        **files,
        f"{info}/METADATA": "".join(metadata),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    path = folder / f"{spelt}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for at, text in inside.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += f"{at},sha256={digest.rstrip(b'=').decode()},{len(text.encode())}\n"
            wheel.writestr(at, text)
        wheel.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return path


def clash_wheels(folder: Path) -> None:
    """The package `clash` in the versions 1.0 and 2.0, which no environment can hold at once."""
    for version in ("1.0", "2.0"):
        write_wheel(folder, "clash", version, {"clash.py": f'VERSION = "{version}"\n'})


def stand_ins_for_haigas_packages(folder: Path) -> None:
    """A wheel by the name of each package haiga needs, and one of them shows where the real lie.

    An environment with haiga can so be made without an index; what runs there is real.
    """
    here = [entry for entry in sys.path if entry.endswith("site-packages")]
    for requirement in base_requirements():
        name = package_name(requirement)
        path = {"zz_the_real_ones.pth": "\n".join(here) + "\n"} if name == "numpy" else {}
        files = {f"stand_in_for_{name.replace('-', '_').lower()}.py": "", **path}
        write_wheel(folder, name, importlib.metadata.version(name), files)


_BACKEND = """
import base64, hashlib, zipfile
from pathlib import Path

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "plugin-1.0-py3-none-any.whl"
    info = "plugin-1.0.dist-info"
    files = {
        "plugin.py": Path("plugin.py").read_text(),
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: plugin\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    with zipfile.ZipFile(Path(wheel_directory, name), "w") as wheel:
        for at, text in files.items():
            wheel.writestr(at, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{at},,\\n" for at in files))
    return name
"""


def write_plugin_folder(folder: Path, says: str, needs: str = "") -> Path:
    """A folder that pip can install, with no need of any other package to build it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "builds"\nbackend-path = ["."]\n'
        '[project]\nname = "plugin"\nversion = "1.0"\n'
        f"dependencies = {[needs] if needs else []}\n"
    )
    (folder / "builds.py").write_text(_BACKEND)
    (folder / "plugin.py").write_text(f'SAYS = "{says}"\n')
    return folder


def only_from(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets uv see no package but those of a folder, and nothing it has kept."""
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(cache))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
