"""Archives, the hostile ones too."""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from found import all_of, read_all
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import jpeg

from haiga.collection.sources import members
from haiga.collection.sources.archives import ArchiveSource
from haiga.core.errors import UserError

FILES = {
    "set/metadata.jsonl": b'{"file_name": "a.jpg", "artist": "Ada", "licence": "CC0"}\n'
    b'{"file_name": "deep/b.jpg", "artist": "Bea"}\n{"file_name": "gone.jpg"}\n',
    "set/a.jpg": jpeg(1),
    "set/deep/b.jpg": jpeg(2),
    "set/c.jpg": jpeg(3),
    "readme.md": b"hello",
    "__MACOSX/set/._a.jpg": b"\0\5\26\7",
}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return path
    mode = {".gz": "w:gz", ".tgz": "w:gz", ".xz": "w:xz", ".bz2": "w:bz2"}.get(path.suffix, "w")
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tar.gz", "a.tar.xz", "a.tar.bz2"])
def test_an_archive_is_read_as_a_folder_would_be(tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path / name, FILES)
    before = archive.read_bytes()
    source = ArchiveSource(archive, scratch=tmp_path / "scratch")
    found, missed = all_of(source)
    assert list(found) == ["set/a.jpg", "set/deep/b.jpg"]
    assert found["set/a.jpg"].passport.maker == "Ada"
    assert found["set/a.jpg"].passport.licence == "CC0"
    assert missed == {
        "set/c.jpg": "is not listed in set/metadata.jsonl",
        "gone.jpg": "is listed in set/metadata.jsonl and is not there",
    }
    for _ in range(2):  # and again, from the front
        assert read_all(found)[0] == {"set/a.jpg": jpeg(1), "set/deep/b.jpg": jpeg(2)}
    assert found["set/a.jpg"].read() == jpeg(1)
    assert any("readme.md" in note for note in source.notes)
    assert archive.read_bytes() == before
    assert list((tmp_path / "scratch").iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == [name, "scratch"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
def test_members_that_climb_out_are_missed_and_nothing_is_written(
    tmp_path: Path, name: str
) -> None:
    inside = tmp_path / "one" / "two"
    inside.mkdir(parents=True)
    bad = ["../up.jpg", "/abs.jpg", "x/../../y.jpg", "..\\win.jpg", "C:\\win.jpg", "\\root.jpg"]
    files = {**dict.fromkeys(bad, jpeg(9)), "ok.jpg": jpeg(1), "./dot/./k.jpg": jpeg(2)}
    archive = packed(inside / name, files)
    found, missed = all_of(ArchiveSource(archive, scratch=inside / "s"))
    assert sorted(found) == ["dot/k.jpg", "ok.jpg"]
    assert missed == dict.fromkeys(bad, "names a place outside")
    assert [p.name for p in tmp_path.rglob("*.jpg")] == []


def test_locked_members_are_missed(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.jpg": jpeg(1), "b.jpg": jpeg(2)})
    data = bytearray(archive.read_bytes())
    place = data.rfind(b"PK\x01\x02")  # the last entry of the directory
    data[place + 8] |= 1
    archive.write_bytes(data)
    found, missed = all_of(ArchiveSource(archive))
    assert list(found) == ["a.jpg"]
    assert missed == {"b.jpg": "is locked with a password"}


def test_an_archive_whose_every_member_is_locked_says_so(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.jpg": jpeg(1)})
    data = bytearray(archive.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(UserError, match="locked with a password"):
        all_of(ArchiveSource(archive))


def test_a_member_that_unpacks_to_a_thousand_times_its_size_is_missed(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.jpg": jpeg(1), "bomb.bmp": b"\0" * 20_000_000})
    found, missed = all_of(ArchiveSource(archive))
    assert list(found) == ["a.jpg"]
    assert "times its size" in missed["bomb.bmp"]


def test_a_member_whose_directory_lies_about_its_size_is_not_unpacked(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.jpg": jpeg(1), "bomb.jpg": b"\xff" * 20_000_000})
    data = bytearray(archive.read_bytes())
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 1_000)
    archive.write_bytes(data)
    found, _ = all_of(ArchiveSource(archive))
    got, not_got = read_all(found)
    assert list(got) == ["a.jpg"]
    assert not_got == {"bomb.jpg": "is damaged inside the archive"}


def test_a_tar_that_unpacks_for_ever_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "_LEAST_UNPACKED", 20_000_000)  # else gigabytes, and minutes
    files = {"a.jpg": jpeg(1), "b.bin": b"\0" * 60_000_000, "c.jpg": jpeg(2)}
    with pytest.raises(UserError, match="many times its size, and is not read"):
        all_of(ArchiveSource(packed(tmp_path / "a.tar.gz", files)))


def test_links_devices_and_doubles_are_missed(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg(5))
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind, target in (
            ("link.jpg", tarfile.SYMTYPE, str(tmp_path / "secret.jpg")),
            ("hard.jpg", tarfile.LNKTYPE, "../secret.jpg"),
            ("pipe.jpg", tarfile.FIFOTYPE, ""),
            ("zero.jpg", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        for seed in (1, 2):
            info = tarfile.TarInfo("twice.jpg")
            info.size = len(jpeg(seed))
            archive.addfile(info, io.BytesIO(jpeg(seed)))
    found, missed = all_of(ArchiveSource(tmp_path / "a.tar"))
    assert read_all(found)[0] == {"twice.jpg": jpeg(1)}
    assert missed == {
        "link.jpg": "is a link inside the archive, and not followed",
        "hard.jpg": "is a link inside the archive, and not followed",
        "pipe.jpg": "is no file but a device or a pipe",
        "zero.jpg": "is no file but a device or a pipe",
        "twice.jpg": "is there twice; the first is taken",
    }


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.jpg": jpeg(1)})
    with zipfile.ZipFile(archive, "a") as opened:
        info = zipfile.ZipInfo("link.jpg")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        opened.writestr(info, "/etc/passwd")
    assert "is a link" in all_of(ArchiveSource(archive))[1]["link.jpg"]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.xz"])
def test_an_archive_cut_short_gives_what_is_there_and_says_so(tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path / name, {f"{n}.jpg": jpeg(n, 200) for n in range(6)})
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * 0.6)])
    source = ArchiveSource(archive)
    found, _ = all_of(source)
    got, _ = read_all(found)
    assert 2 <= len(got) <= 5
    assert all(data == jpeg(int(key[0]), 200) for key, data in got.items())
    assert any("cut short" in note for note in source.notes)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.zip", b"", "is empty"),
        ("a.zip", b"PK\x03\x04 and no more", "damaged ZIP archive or cut short"),
        ("a.tar", b"hello" * 1_000, "no ZIP or TAR archive"),
        ("a.tar.gz", b"\x1f\x8b rubbish" * 100, "no ZIP or TAR archive"),
        ("a.tar.xz", b"\x28\xb5\x2f\xfd rubbish", "zstd"),
    ],
)
def test_what_is_no_archive_is_one_sentence(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=said):
        all_of(ArchiveSource(tmp_path / name))


def test_an_archive_without_pictures_and_none_at_all_are_said_by_its_own_name(
    tmp_path: Path,
) -> None:
    archive = packed(tmp_path / "a.zip", {"a.txt": b"hello"})
    with pytest.raises(UserError, match=r"a\.zip: holds no picture"):
        all_of(ArchiveSource(archive))
    with pytest.raises(UserError, match="there is no such file"):
        all_of(ArchiveSource(tmp_path / "gone.zip"))
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(UserError, match="is not a file"):
        all_of(ArchiveSource(tmp_path / "folder.zip"))


def test_a_damaged_member_is_missed_alone(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.jpg": jpeg(1), "b.jpg": jpeg(2)})
    data = bytearray(archive.read_bytes())
    place = data.find(b"b.jpg") + 200
    data[place : place + 50] = b"\0" * 50
    archive.write_bytes(data)
    got, not_got = read_all(all_of(ArchiveSource(archive))[0])
    assert list(got) == ["a.jpg"]
    assert not_got == {"b.jpg": "is damaged inside the archive"}


@pytest.mark.skipif(os.name != "posix", reason="names as POSIX has them")
def test_odd_names_are_taken_where_a_file_can_have_them(tmp_path: Path) -> None:
    names = ["new\nline.jpg", "🦊.jpg", "שלום.jpg", "x" * 300 + ".jpg", "f.jpg/g.jpg", "f.jpg"]
    files = {name: jpeg(n) for n, name in enumerate(names)}
    found, missed = all_of(ArchiveSource(packed(tmp_path / "a.zip", files)))
    assert sorted(found) == sorted(["new\ufffdline.jpg", "🦊.jpg", "שלום.jpg", "f.jpg/g.jpg"])
    assert missed["x" * 300 + ".jpg"] == "has a name that no file can have here"
    assert "f.jpg" in missed


def test_conditions_choose_members(tmp_path: Path) -> None:
    rows = [{"file_name": f"{n}.jpg", "year": 1800 + n} for n in range(3)]
    text = "\n".join(json.dumps(row) for row in rows).encode()
    files = {"metadata.jsonl": text, **{f"{n}.jpg": jpeg(n) for n in range(3)}}
    source = ArchiveSource(packed(tmp_path / "a.zip", files), where=["year=1801"])
    assert list(all_of(source)[0]) == ["1.jpg"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_archive_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    name = data.draw(st.sampled_from(["a.zip", "a.tar", "a.tar.gz"]))
    archive = packed(folder / name, {"metadata.jsonl": b'{"file_name":"a.jpg"}', "a.jpg": jpeg(1)})
    content = bytearray(archive.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    archive.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    with contextlib.suppress(UserError):
        read_all(all_of(ArchiveSource(archive))[0])
