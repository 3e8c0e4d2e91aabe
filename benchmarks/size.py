"""How large are the wheel and the base install?

    python benchmarks/size.py

Builds the wheel, installs it alone in a new virtual environment, and adds up
the files: needs a network that reaches a package index. Limits: wheel 60 MB,
base install 270 MB without pip, models at most 30 MB for the painter.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from machine import machine_line

ROOT = Path(__file__).parent.parent
MB = 1e6


def size(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def main() -> None:
    write = sys.stdout.write
    write(machine_line() + "\n\n")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary)
        build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), str(ROOT)]
        subprocess.run(build, check=True)
        (wheel,) = out.glob("haiga-*.whl")
        room = out / "env"
        venv.create(room, with_pip=True)
        (site,) = room.glob("lib/python*/site-packages") or room.glob("Lib/site-packages")
        pip = size(site)
        python = room / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True)
        installed = size(site) - pip
        write(f"{'what':<28} {'MB':>8} {'limit':>8}\n")
        write(f"{'wheel':<28} {wheel.stat().st_size / MB:>8.1f} {60:>8}\n")
        write(f"{'base install, without pip':<28} {installed / MB:>8.1f} {270:>8}\n")
        parts = [
            p for p in site.iterdir() if p.is_dir() and not p.name.startswith(("pip", "setuptools"))
        ]
        for part in sorted(parts, key=size, reverse=True)[:10]:
            write(f"  {part.name:<26} {size(part) / MB:>8.1f}\n")
        for model in sorted((site / "haiga" / "models" / "bundled").iterdir()):
            if model.is_dir():
                write(f"  {'model ' + model.name:<26} {size(model) / MB:>8.1f}\n")


if __name__ == "__main__":
    main()
