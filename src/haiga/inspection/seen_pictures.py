"""Which pictures a classifier learned from, so that none of them is taken for a new one.

Of each picture the sha256 of its file, two hashes and a copy of 16 by 16 even tones are kept;
no picture. Found again are the same bytes, and the same picture saved again, resized,
recoloured, mirrored, or the next frame of a series (`features.near_pairs`). Not found are
parts cut out of one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel
from haiga.core.nouns import Picture
from haiga.features.hashes import THUMBNAIL_PX, dhash, thumbnails
from haiga.features.near_pairs import alike_pairs
from haiga.models.card import AGAIN
from haiga.models.store import Model

SEEN = "seen.safetensors"

_BLOCK = 2_000  # pictures compared with all that were learned from at once


@dataclass(frozen=True, eq=False)
class Outward:
    """What is compared of a picture: its file's sha256, two hashes, a small even-toned copy."""

    digest: str
    hashes: npt.NDArray[np.uint64]  # (2,), as it is and mirrored
    thumbnail: npt.NDArray[np.float16]  # (16, 16, 3)

    @classmethod
    def of(cls, picture: Picture, digest: str) -> Outward:
        """Of a picture's pixels and its file's sha256."""
        turned = np.ascontiguousarray(picture[:, ::-1])
        small = thumbnails([picture]).reshape(THUMBNAIL_PX, THUMBNAIL_PX, 3)
        return cls(digest, dhash([picture, turned]), small.astype(np.float16))


@dataclass(frozen=True, eq=False)
class SeenPictures:
    """What is kept of N pictures that were learned from, by their keys."""

    keys: tuple[str, ...]
    looks: tuple[Outward, ...]

    def find(self, looks: Sequence[Outward]) -> list[str | None]:
        """For each picture the key of one learned from that it is, or None."""
        by_digest = {look.digest: key for look, key in zip(self.looks, self.keys, strict=True)}
        found: list[str | None] = [by_digest.get(look.digest) for look in looks]
        for start in range(0, len(looks), _BLOCK):
            part = looks[start : start + _BLOCK]
            both = [*self.looks, *part]
            count = len(self.looks)
            pairs = alike_pairs(
                np.stack([look.hashes for look in both]),
                np.stack([look.thumbnail for look in both]),
            )
            for one, other in pairs:
                if one < count <= other and found[start + other - count] is None:
                    found[start + other - count] = self.keys[one]
        return found

    def save(self) -> bytes:
        """As one safetensors file."""
        from safetensors.numpy import save

        octets = b"".join(bytes.fromhex(look.digest) for look in self.looks)
        count = len(self.looks)
        return save(
            {
                "digests": np.frombuffer(octets, np.uint8).reshape(count, 32).copy(),
                "hashes": np.array([look.hashes for look in self.looks], np.uint64).reshape(-1, 2),
                "thumbnails": np.array([look.thumbnail for look in self.looks], np.float16).reshape(
                    -1, THUMBNAIL_PX, THUMBNAIL_PX, 3
                ),
                "keys": np.frombuffer(json.dumps(self.keys).encode(), np.uint8).copy(),
            }
        )


def read_seen(model: Model) -> SeenPictures:
    """What a classifier's folder keeps of the pictures it learned from.

    Raises BadModel where it is missing or damaged: without it no figure can be trusted.
    """
    tensors = model.tensors(SEEN)
    try:
        keys = tuple(str(key) for key in json.loads(tensors["keys"].tobytes()))
        looks = tuple(
            Outward(bytes(digest).hex(), hashes, thumbnail)
            for digest, hashes, thumbnail in zip(
                tensors["digests"], tensors["hashes"], tensors["thumbnails"], strict=True
            )
        )
        if len(looks) != len(keys):
            raise ValueError(f"{len(looks)} pictures have {len(keys)} names")
    except (KeyError, ValueError, TypeError) as error:
        raise BadModel(f"{model.folder / SEEN}: is damaged ({error}); {AGAIN}") from error
    return SeenPictures(keys, looks)
