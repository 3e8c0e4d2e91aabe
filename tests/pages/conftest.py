"""Lets the tests of this folder read pages back with `page_reading`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
