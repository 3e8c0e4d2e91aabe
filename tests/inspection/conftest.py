"""Lets the tests of this folder use `poet_shelf`, and read pages back with `page_reading`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "pages")]
