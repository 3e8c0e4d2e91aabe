"""One file of a model on the Hugging Face Hub, by a name and a digest; needs the hub extra."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from haiga.core.errors import MissingExtra, UserError
from haiga.models.card import sha256

_NAME = re.compile(r"hf:([\w.-]+/[\w.-]+)/([\w./-]+?)(?:@([\w.-]+))?")
_HEX = re.compile(r"[0-9a-f]{64}")


def is_hub_name(name: str) -> bool:
    """Whether a name means a file of the Hub: `hf:OWNER/NAME/FILE`."""
    return name.startswith("hf:")


def hub_file(
    name: str, digest: str | None, *, address: str | None = None, cache: Path | None = None
) -> Path:
    """The file that `hf:OWNER/NAME/FILE[@REVISION]` names, once its sha256 is `digest`.

    Nothing is asked of the Hub before a digest is named. The library keeps what it downloads in
    its own folder, or in `cache`. Raises `MissingExtra` without huggingface_hub, and UserError
    where the name, the digest or the file does not serve.
    """
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise UserError(f"{name}: a file of the Hub is named hf:OWNER/NAME/FILE, and @REVISION if "
                        "it is not the newest")  # fmt: skip
    digest = (digest or "").lower()
    if digest and not _HEX.fullmatch(digest):
        raise UserError(f"{name}: {digest} is no sha256, which has 64 hex digits")
    if not digest:
        raise UserError(f"{name}: name the sha256 of the file, 64 hex digits; nothing is fetched "
                        "by its name alone")  # fmt: skip
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise MissingExtra("hf: needs huggingface_hub: pip install 'haiga[hub]'") from error
    model, file, revision = parts.groups()
    try:
        path = Path(hub.hf_hub_download(
            model, file, revision=revision, endpoint=address,
            cache_dir=None if cache is None else str(cache),
        ))  # fmt: skip
    except Exception as error:  # the library raises its own, httpx's and requests' kinds
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise UserError(
            f"{name}: cannot be had: {(lines or [type(error).__name__])[0][:200]}"
        ) from error
    found = sha256(path)
    if found != digest:
        raise UserError(
            f"{name}: its sha256 is {found}, not {digest[:12]}…; it is not the file that was meant"
        )
    return path
