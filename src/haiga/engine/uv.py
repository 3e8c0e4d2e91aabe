"""Runs uv, which resolves and installs what a step's environment holds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from haiga.core.errors import MissingExtra, UserError


def find_uv() -> str:
    """The uv of this Python, or the one on PATH. `MissingExtra` where there is neither."""
    try:
        import uv

        return uv.find_uv_bin()
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise MissingExtra("environments of steps need uv: pip install 'haiga[isolated]'")
    return found


def run_uv(
    arguments: Sequence[str], home: Path, *, timeout_s: float, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """What uv answers, whether well or not; it never downloads a Python and shows no progress.

    Runs in `home`, so that no project of the folder the user stands in has a say. Raises
    `UserError` where it takes longer than `timeout_s`.
    """
    home.mkdir(parents=True, exist_ok=True)
    variables = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    variables |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    command = [find_uv(), *arguments]
    try:
        return subprocess.run(
            command,
            cwd=home,
            env=variables,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UserError(
            f"uv did not end within {timeout_s:.0f} s: is the package index reachable?"
        ) from None


def reason(answer: subprocess.CompletedProcess[str]) -> str:
    """Why uv could not do it, as one clause without its marks and breaks.

    "Because you require a==1 and a==2, we can conclude that your requirements are
    unsatisfiable." becomes "you require a==1 and a==2".
    """
    lines = [line for line in answer.stderr.splitlines() if not line.startswith("warning:")]
    plain = re.sub(r"[×│╰├─▶]+", " ", "\n".join(lines))
    plain = re.sub(r"^\s*(error|cause):", " ", plain, flags=re.M)
    plain, _, _ = plain.partition("\n\nhint:")
    plain = " ".join(plain.split()).rstrip(".")
    plain = re.sub(r"^No solution found when resolving dependencies:?\s*", "", plain)
    whole = re.fullmatch(
        r"Because (.*?),? we can conclude that (your requirements are unsatisfiable|.*)", plain
    )
    if whole and " we can conclude " not in whole[2] and "unsatisfiable" in whole[2]:
        return whole[1]
    return plain or f"uv ended with status {answer.returncode}"
