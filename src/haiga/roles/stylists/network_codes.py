"""A network's codes of the artworks of a bank: one small file beside the bank's own.

`<name>.safetensors` holds `code` (n, K) uint8, `low` and `step` (K,) float32 and `basis`
(K, CODE) float32 with `mean` (CODE,) float32: the code of artwork i is
mean + (low + step x code[i]) @ basis. `encoder` (32,) uint8 is the sha256 of the network
that read the artworks; another one's codes would mean something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from haiga.core.errors import BadModel
from haiga.media.durable import write_durably
from haiga.models.card import AGAIN, read_card, write_card

KEPT = 0.9995
"""Share of the codes' variance that the stored components keep, at least."""
MOST_COMPONENTS = 48
Floats = npt.NDArray[np.float64]


def codes_file(name: str) -> str:
    """The file of a bank that holds the codes of the network `name`."""
    return f"{name}.safetensors"


def packed(codes: Floats, encoder_sha256: str) -> dict[str, npt.NDArray[Any]]:
    """The tensors of the file for codes (n, CODE): principal components in eight bits each."""
    mean = codes.mean(0)
    spread = codes.std(0) + 1e-6  # each number of a code counts as much as it varies
    _, values, vectors = np.linalg.svd((codes - mean) / spread, full_matrices=False)
    shares = np.cumsum(values**2) / max(float((values**2).sum()), 1e-12)
    count = min(MOST_COMPONENTS, len(values), 1 + int(np.searchsorted(shares, KEPT)))
    basis = vectors[:count] * spread
    parts = ((codes - mean) / spread) @ vectors[:count].T  # (n, K)
    low, high = parts.min(0), parts.max(0)
    step = np.maximum((high - low) / 255, 1e-9)
    return {
        "code": np.round((parts - low) / step).clip(0, 255).astype(np.uint8),
        "low": low.astype(np.float32),
        "step": step.astype(np.float32),
        "basis": basis.astype(np.float32),
        "mean": mean.astype(np.float32),
        "encoder": np.frombuffer(bytes.fromhex(encoder_sha256), np.uint8).copy(),
    }


def unpacked(tensors: Mapping[str, npt.NDArray[Any]]) -> Floats:
    """The codes (n, CODE) in a file's tensors, to five decimals. KeyError for a missing one."""
    parts = tensors["low"].astype(np.float64) + tensors["step"] * tensors["code"]
    return np.asarray(np.round(tensors["mean"] + parts @ tensors["basis"], 5))


def add_codes(bank: Path, name: str, codes: Floats, encoder_sha256: str) -> None:
    """Writes codes (n, CODE), in the bank's order, into a bank's folder and onto its card.

    Codes of an earlier network are replaced; the card is written last.
    """
    card = read_card(bank)
    file = codes_file(name)
    write_durably(bank / file, save(packed(codes, encoder_sha256)))
    listed = [f.name for f in card.files]
    write_card(
        bank,
        name=card.name,
        role=card.role,
        title=card.title,
        about=card.about,
        licence=card.licence,
        origin=card.origin,
        recipe=card.recipe,
        files=[*listed, *([] if file in listed else [file])],
        data=[source.model_dump() for source in card.data],
        quality=card.quality,
        parity=card.parity,
        commit=card.commit,
        created=card.created,
    )


def read_codes(
    tensors: Mapping[str, npt.NDArray[Any]], n: int, encoder_sha256: str, where: str
) -> Floats:
    """The codes (n, CODE); BadModel where they are of other artworks or another network's."""
    try:
        codes, encoder = unpacked(tensors), tensors["encoder"].tobytes().hex()
    except (KeyError, ValueError) as error:
        raise BadModel(f"{where}: is damaged: {error}; {AGAIN}") from error
    if encoder != encoder_sha256:
        raise BadModel(
            f"{where}: holds the codes of another network; `haiga train style_codes --bank DIR "
            "--pictures FOLDER` reads the artworks anew"
        )
    if len(codes) != n:
        raise BadModel(f"{where}: has {len(codes)} codes for {n} artworks; {AGAIN}")
    return codes
