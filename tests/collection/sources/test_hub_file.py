"""One file of a model on the Hub: named with a digest, from a server of our own that plays it."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest
from loopback import Handler, Loopback

from haiga.collection.sources.hub_file import hub_file, is_hub_name
from haiga.core.errors import MissingExtra, UserError

HAVE_HUB = importlib.util.find_spec("huggingface_hub") is not None
needs_hub = pytest.mark.skipif(not HAVE_HUB, reason="needs the hub extra")
DATA, SHA = b"weights" * 9, "b" * 40
DIGEST = hashlib.sha256(DATA).hexdigest()


def play(server: Loopback) -> None:
    """A model with one file, at two revisions."""

    def answer(h: Handler) -> None:
        h.give(200, b"" if h.command == "HEAD" else DATA, length=len(DATA),
               ETag=f'"{DIGEST}"', X_Repo_Commit=SHA)  # fmt: skip

    for revision in ("main", "v1"):
        server.answers[f"/owner/net/resolve/{revision}/sub/net.safetensors"] = answer


@pytest.mark.parametrize(
    ("name", "digest", "said"),
    [
        ("hf:net.safetensors", DIGEST, "hf:OWNER/NAME/FILE"),
        ("hf:owner/net/net.safetensors", None, "nothing is fetched by its name alone"),
        ("hf:owner/net/net.safetensors", "12ab", "64 hex digits"),
    ],
)
def test_a_name_or_digest_that_does_not_serve_asks_nothing_of_the_hub(
    server: Loopback, tmp_path: Path, name: str, digest: str | None, said: str
) -> None:
    assert is_hub_name(name)
    with pytest.raises(UserError, match=said):
        hub_file(name, digest, address=server.url, cache=tmp_path)
    assert server.paths() == []


@pytest.mark.skipif(HAVE_HUB, reason="the extra is there")
def test_without_the_extra_the_message_names_it() -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'haiga\[hub\]'"):
        hub_file("hf:owner/net/sub/net.safetensors", DIGEST)


@needs_hub
@pytest.mark.parametrize("revision", ["", "@v1"])
def test_a_file_comes_once_its_digest_is_the_one_named(
    server: Loopback, tmp_path: Path, revision: str
) -> None:
    play(server)
    name = f"hf:owner/net/sub/net.safetensors{revision}"
    assert hub_file(name, DIGEST, address=server.url, cache=tmp_path).read_bytes() == DATA
    with pytest.raises(UserError, match="not the file that was meant"):
        hub_file(name, "0" * 64, address=server.url, cache=tmp_path)


@needs_hub
def test_a_file_that_is_not_there_is_said_in_a_sentence(server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be had"):
        hub_file("hf:owner/net/other.safetensors", DIGEST, address=server.url, cache=tmp_path)
