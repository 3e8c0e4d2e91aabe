"""Datasets of the Hub: the missing extra, and a server of our own that plays the Hub."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from found import all_of, read_all
from loopback import Handler, Loopback, jpeg

from haiga.collection.sources.hub import HubSource
from haiga.core.errors import MissingExtra, UserError

HAVE_HUB = importlib.util.find_spec("huggingface_hub") is not None
needs_hub = pytest.mark.skipif(not HAVE_HUB, reason="needs the hub extra")
SHA = "a" * 40


@pytest.mark.skipif(HAVE_HUB, reason="the extra is there")
def test_without_the_extra_the_message_names_it() -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'haiga\[hub\]'"):
        all_of(HubSource("owner/name"))


def test_choosing_a_source_loads_no_library_of_the_hub() -> None:
    program = (
        "import sys; from haiga.collection.sources.choose import source_of; source_of('hf:a/b');"
        "sys.exit(any(m in sys.modules for m in ('huggingface_hub', 'pyarrow', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def play(server: Loopback, files: dict[str, bytes], licence: str = "cc-by-4.0") -> None:
    """The Hub with one dataset."""
    told = {
        "id": "owner/name", "sha": SHA, "cardData": {"license": licence}, "private": False,
        "downloads": 0, "likes": 0, "tags": [], "lastModified": "2024-01-01T00:00:00.000Z",
        "siblings": [{"rfilename": name, "size": len(data)} for name, data in files.items()],
    }  # fmt: skip
    server.answers["/api/datasets/owner/name"] = lambda h: h.give(200, json.dumps(told).encode())

    def serve(data: bytes) -> object:
        def answer(h: Handler) -> None:
            h.give(200, b"" if h.command == "HEAD" else data, length=len(data),
                   ETag=f'"{hash(data) & 0xFFFF:x}"', X_Repo_Commit=SHA)  # fmt: skip

        return answer

    for name, data in files.items():
        path = f"/datasets/owner/name/resolve/{SHA}/{name}"
        server.answers[path] = serve(data)  # type: ignore[assignment]


@needs_hub
def test_pictures_with_a_table_come_as_from_a_folder(server: Loopback, tmp_path: Path) -> None:
    rows = '{"file_name": "a.jpg", "artist": "Ada"}\n{"file_name": "b.jpg", "license": "CC0"}\n'
    files = {
        "train/metadata.jsonl": rows.encode(), "train/a.jpg": jpeg(1), "train/b.jpg": jpeg(2),
        "README.md": b"hello", "script.py": b"raise SystemExit",
    }  # fmt: skip
    play(server, files)
    found, missed = all_of(HubSource("owner/name", address=server.url, scratch=tmp_path))
    assert missed == {}
    assert found["train/a.jpg"].passport.maker == "Ada"
    assert found["train/a.jpg"].passport.licence == "cc-by-4.0"
    assert found["train/b.jpg"].passport.licence == "CC0"
    assert not any(path.endswith(".jpg") for path in server.paths())
    assert read_all(found)[0] == {"train/a.jpg": jpeg(1), "train/b.jpg": jpeg(2)}


@needs_hub
def test_rows_of_parquet_come_with_the_names_of_their_classes(
    server: Loopback, tmp_path: Path
) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table(
        {
            "image": [{"bytes": jpeg(1), "path": "a.jpg"}, {"bytes": None, "path": "b.jpg"}],
            "label": [1, 0],
            "artist": ["Ada", "Bea"],
        }
    )
    features = {"info": {"features": {"label": {"names": ["mask", "face"]}}}}
    table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    play(server, {"data/train.parquet": buffer.getvalue(), "data/bad.parquet": b"rubbish"})
    found, missed = all_of(HubSource("owner/name", address=server.url, scratch=tmp_path))
    told = found["data/train.parquet row 1"].passport
    assert (told.maker, told.columns) == ("Ada", {"label": "face"})
    assert missed["data/train.parquet row 2"] == "has no picture in it"
    assert "no sound Parquet" in missed["data/bad.parquet"]
    assert list(read_all(found)[0].values()) == [jpeg(1)]


@needs_hub
def test_a_dataset_that_is_not_there_is_one_sentence(server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="hf owner/gone: cannot be had") as caught:
        all_of(HubSource("owner/gone", address=server.url, scratch=tmp_path))
    assert "\n" not in str(caught.value)
