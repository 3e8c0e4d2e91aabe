"""A source of pictures that are drawn here."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from haiga.core.collecting import Found, Missed, Passport, Unobtainable


def drawn(seed: int, width: int = 80, height: int = 60) -> bytes:
    """A PNG of coloured noise: no two seeds alike."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 8, 3), np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@dataclass
class Drawer:
    """A source whose things are given by name: bytes, or the reason why there are none."""

    things: Mapping[str, bytes | str]
    name: str = "drawer"
    reads: list[str] = field(default_factory=list)
    passport: Callable[[str], Passport] | None = None

    def find(self) -> Iterator[Found | Missed]:
        for key, thing in self.things.items():
            passport = (
                self.passport(key) if self.passport else Passport(self.name, key, title=f"T {key}")
            )
            yield Found(passport, lambda key=key, thing=thing: self._read(key, thing))

    def _read(self, key: str, thing: bytes | str) -> bytes:
        self.reads.append(key)
        if isinstance(thing, str):
            raise Unobtainable(thing)
        return thing
