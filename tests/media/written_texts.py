"""Files of texts for the tests of reading them."""

from __future__ import annotations

import gzip
from pathlib import Path


def written(path: Path, content: str | bytes) -> Path:
    """A file of that content, its folders made, packed where its name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
