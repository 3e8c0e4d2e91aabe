"""What must not be loaded: the command has to start in a fraction of a second."""

import ast
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest

import haiga

SOURCE = Path(haiga.__file__).parent
HEAVY = ("torch", "onnxruntime", "numpy", "PIL", "onnx", "ray", "fastapi", "safetensors")


@pytest.mark.parametrize(
    "code",
    [
        "import haiga",
        "import haiga.cli.main",
        "import haiga.core.errors",
        "import haiga.core.suggest",
        "from haiga.cli.main import main; sys.argv = ['haiga', '--help']; main()",
        "from haiga.cli.main import main; sys.argv = ['haiga', 'create', '--help']; main()",
        "from haiga.cli.main import main; sys.argv = ['haiga', '--version']; main()",
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('LOADED', [m for m in {HEAVY} if m in sys.modules]))\n"
        f"{code}"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("LOADED []\n")


@pytest.mark.parametrize(
    "module",
    ["core.config", "media.pictures", "models.store", "archive.studio", "features.vectors"],
)
def test_neither_torch_nor_onnxruntime_is_loaded_before_a_model_is_run(module: str) -> None:
    code = (
        f"import sys, haiga.{module}; "
        "sys.exit('onnxruntime' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("path", sorted((SOURCE / "core").glob("*.py")), ids=lambda p: p.name)
def test_core_stands_on_numpy_and_pydantic_alone(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "pydantic", "pydantic_core"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module or ""]
        for name in names:
            assert name.split(".")[0] in allowed or name.startswith("haiga.core"), name


def test_nothing_is_ever_unpickled() -> None:
    forbidden = ("import pickle", "from pickle", "allow_pickle=True", "torch.load", "torch.save")
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        assert not any(word in text for word in forbidden), path


LONGER = {"worker.py": 530}  # the one file that another Python or a container is given alone


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGER.get(path.name, 420)


def test_the_version_is_told_once() -> None:
    assert metadata("haiga")["Version"] == haiga.__version__
