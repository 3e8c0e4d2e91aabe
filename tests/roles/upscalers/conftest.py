"""The tiny networks that plug-in tests share, on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
