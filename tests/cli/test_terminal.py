"""On a terminal a bar shows the progress, and never gets into the results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="opens a terminal as Unix does")


def on_terminal(work: Path, environment: dict[str, str], *arguments: str) -> tuple[str, str]:
    """Standard output of a command, and what it showed on the terminal of its standard error."""
    import pty

    mine, its = pty.openpty()
    command = [sys.executable, "-m", "haiga", *arguments]
    env = {**environment, "TERM": "xterm"}
    with subprocess.Popen(
        command, cwd=work, env=env, stdout=subprocess.PIPE, stderr=its
    ) as process:
        os.close(its)
        shown = b""
        while True:
            try:
                part = os.read(mine, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        assert process.stdout is not None
        out = process.stdout.read().decode()
    os.close(mine)
    assert process.returncode == 0, shown.decode()
    return out, shown.decode()


def test_the_results_go_to_standard_output_and_the_bar_to_the_terminal(
    work: Path, environment: dict[str, str]
) -> None:
    common = ("create", "--artist", "fake.toml", "--count", "2", "--seed", "1")
    out, shown = on_terminal(work, environment, *common, "--json")
    pieces: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    assert [piece["seed"] for piece in pieces] == [1, 2]
    assert "26/26" in shown
    assert pieces[0]["alt_text"] not in shown
    out, _ = on_terminal(work, environment, *common)
    assert out.count("\nalt text  A haiku with a painting") == 2
    assert "\x1b" not in out
