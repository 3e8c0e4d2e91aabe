"""A folder decoded once: every picture in it or named with a reason, and split by work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import BadPicture, UserError
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import PictureRecord, ReadPictures, read_pictures
from haiga.training.pictures import store as store_module
from haiga.training.pictures.store import build_store, told

from .stored import patches, stored, written


def quiet(_: str) -> None:
    """Says nothing."""


def test_every_picture_is_stored_with_its_own_pixels(tmp_path: Path) -> None:
    store = stored(tmp_path, 20)
    assert store.pixels.shape == (20, 16, 16, 3)
    assert store.pixels.dtype == np.uint8
    assert isinstance(store.pixels, np.memmap)
    assert not store.pixels.flags.writeable
    for number, item in enumerate(store.items):
        assert item.key == f"{number:03d}.png"
        assert item.caption == f"picture {number}"
        small = patches(number).resize((16, 16), Image.Resampling.LANCZOS)
        assert np.abs(store.pixels[number].astype(int) - np.asarray(small, int)).max() <= 1
    both = np.concatenate([store.train, store.held_out])
    assert sorted(both.tolist()) == list(range(20))
    assert len(store.held_out) == 4


def test_a_store_is_opened_again_without_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stored(tmp_path, 12)
    read = written(tmp_path / "other", 0)
    assert read.records == ()
    records = tuple(
        PictureRecord(tmp_path / "pictures" / i.key, i.key, i.caption, i.columns)
        for i in first.items
    )

    def never(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(store_module, "decode_records", never)
    again = build_store(ReadPictures(records), tmp_path / "store", size_px=16, tell=quiet)
    assert again.digest == first.digest
    assert again.items == first.items
    assert np.array_equal(again.pixels, first.pixels)


@pytest.mark.parametrize("change", ["size", "seed", "share", "file", "caption", "crops"])
def test_a_store_is_made_again_when_something_has_changed(tmp_path: Path, change: str) -> None:
    read = written(tmp_path / "pictures", 12)
    options = {"size_px": 16, "seed": 0, "held_share": 0.1}
    first = build_store(read, tmp_path / "store", tell=quiet, **options)
    digest, pixels = first.digest, np.array(first.pixels)
    if change == "file":
        patches(99).save(read.records[3].path)
    elif change == "caption":
        read = replace(read, records=(replace(read.records[0], caption="x"), *read.records[1:]))
    elif change == "crops":
        said: list[str] = []
        build_store(read, tmp_path / "store", tell=said.append, crops="ends", **options)
        assert said[0].startswith("decoding 12 pictures")
        return
    else:
        options |= {"size": {"size_px": 20}, "seed": {"seed": 5}, "share": {"held_share": 0.4}}[
            change
        ]
    again = build_store(read, tmp_path / "store", tell=quiet, **options)
    assert again.digest != digest
    assert (again.pixels.shape == pixels.shape) == (change != "size")
    if change == "file":
        assert [i for i in range(12) if not np.array_equal(again.pixels[i], pixels[i])] == [3]


def test_the_digest_does_not_depend_on_where_or_when(tmp_path: Path) -> None:
    one = stored(tmp_path / "one", 12)
    two = stored(tmp_path / "two", 12)
    assert one.digest == two.digest


def test_bad_files_are_left_out_with_reasons_and_counted(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(8):
        patches(number).save(folder / f"{number}.png")
    patches(20).convert("L").save(folder / "grey.png")
    patches(21).convert("CMYK").save(folder / "cmyk.jpg")
    (folder / "html.jpg").write_text("<html>")
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:300])
    (folder / "tiny.png").write_bytes(b"")
    patches(1, 8, 8).save(folder / "small.png")
    patches(2, 9, 8).save(folder / "smaller.png")
    store = build_store(
        read_pictures(PictureChoice(folder)), tmp_path / "store", size_px=16, tell=quiet
    )
    assert len(store.items) == 10
    assert {out.key for out in store.left_out} == {
        "html.jpg", "cut.png", "tiny.png", "small.png", "smaller.png"
    }  # fmt: skip
    assert dict(store.remarks) == {"greyscale": 1, "CMYK": 1}
    lines = "\n".join(told(store))
    assert "left out 2, as each is too small (each side must have 32 px): small.png, smal" in lines
    assert "used all the same: CMYK (1), greyscale (1)" in lines


def test_no_picture_that_can_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no")
    read = read_pictures(PictureChoice(tmp_path))
    with pytest.raises(BadPicture, match="no picture can be used: 1 × is not a picture"):
        build_store(read, tmp_path / "store", size_px=16, tell=quiet)
    assert list((tmp_path / "store").iterdir()) == []


@pytest.mark.parametrize("options", [{"size_px": 4}, {"size_px": 9000},
                                     {"size_px": 16, "held_share": 0.0}])  # fmt: skip
def test_sizes_and_shares_out_of_range_are_refused(
    tmp_path: Path, options: dict[str, float]
) -> None:
    with pytest.raises(UserError):
        build_store(written(tmp_path / "in", 4), tmp_path / "store", tell=quiet, **options)  # type: ignore[arg-type]


def test_a_long_picture_gives_its_centre_or_both_ends(tmp_path: Path) -> None:
    strip = Image.new("RGB", (144, 48))
    for place, seed in enumerate((1, 2, 3)):
        strip.paste(patches(seed), (48 * place, 0))
    read = written(tmp_path / "in", 6)
    strip.save(read.records[0].path)
    strip.transpose(Image.Transpose.ROTATE_270).save(read.records[1].path)
    centre = build_store(read, tmp_path / "a", size_px=48, tell=quiet)
    assert len(centre.items) == 6
    assert np.array_equal(centre.pixels[0], np.asarray(patches(2)))
    ends = build_store(read, tmp_path / "b", size_px=48, tell=quiet, crops="ends")
    assert [i.key for i in ends.items][:4] == [
        "000.png (left)", "000.png (right)", "001.png (top)", "001.png (bottom)"
    ]  # fmt: skip
    assert np.array_equal(ends.pixels[0], np.asarray(patches(1)))
    assert np.array_equal(ends.pixels[1], np.asarray(patches(3)))
    assert ends.items[0].group == ends.items[1].group


def test_labels_are_numbered_in_order_and_one_left_alone_by_a_bad_file_goes(
    tmp_path: Path,
) -> None:
    columns = [{"kind": k} for k in "bbbbbaaaaaccdd"]
    read = written(tmp_path / "in", 14, columns, label="kind")
    read.records[10].path.write_text("no picture")
    store = build_store(read, tmp_path / "store", size_px=16, tell=quiet)
    names, numbers = store.labels("Kind")
    assert names == ("a", "b", "d")
    assert numbers.dtype == np.int64
    assert numbers.tolist() == [1] * 5 + [0] * 5 + [2] * 2
    assert set(numbers[store.train].tolist()) == {0, 1, 2}
    assert ("011.png", "is the only picture whose kind is 'c'") in [
        (out.key, out.reason) for out in store.left_out
    ]
    with pytest.raises(UserError, match="--label: no picture has a column 'kin'; did you mean"):
        store.labels("kin")


def test_a_disk_that_is_full_leaves_the_store_that_was_there(tmp_path: Path) -> None:
    before = stored(tmp_path, 12)
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from haiga.core.errors import UserError\n"
        "from haiga.media.picture_choice import PictureChoice\n"
        "from haiga.media.picture_folders import read_pictures\n"
        "from haiga.training.pictures.store import build_store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "read = read_pictures(PictureChoice(Path(sys.argv[1])))\n"
        "try:\n"
        "    build_store(read, Path(sys.argv[2]), size_px=32, tell=lambda line: None)\n"
        "except UserError as error:\n"
        "    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "pictures"), str(tmp_path / "store")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "cannot be written: it is larger than a file may be here" in ran.stdout
    assert sorted(p.name for p in (tmp_path / "store").iterdir()) == ["items.json", "pixels.npy"]
    assert stored(tmp_path, 12).digest == before.digest


def test_a_store_killed_half_way_is_made_again(tmp_path: Path) -> None:
    read = written(tmp_path / "pictures", 12)
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from haiga.media.picture_choice import PictureChoice\n"
        "from haiga.media.picture_folders import read_pictures\n"
        "from haiga.training.pictures import store, store_files\n"
        "kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "setattr(*{'pixels': (store_files.PixelWriter, 'keep'),"
        " 'items': (store, 'write_items')}[sys.argv[3]], kill)\n"
        "read = read_pictures(PictureChoice(Path(sys.argv[1])))\n"
        "store.build_store(read, Path(sys.argv[2]), size_px=16, tell=lambda line: None)\n"
    )
    plain = build_store(read, tmp_path / "plain", size_px=16, tell=quiet)
    for where in ("pixels", "items"):
        folder = tmp_path / where
        build_store(read, folder, size_px=24, tell=quiet)  # an older one is there
        arguments = [str(tmp_path / "pictures"), str(folder), where]
        ran = subprocess.run([sys.executable, "-c", script, *arguments], check=False)
        assert ran.returncode == -signal.SIGKILL
        again = build_store(read, folder, size_px=16, tell=quiet)
        assert np.array_equal(again.pixels, plain.pixels)
        assert sorted(p.name for p in folder.iterdir()) == ["items.json", "pixels.npy"]


@pytest.mark.parametrize("harm", ["cut", "gone", "other", "items"])
def test_a_damaged_store_is_made_again(tmp_path: Path, harm: str) -> None:
    digest = stored(tmp_path, 12).digest
    pixels = tmp_path / "store" / "pixels.npy"
    time.sleep(0.01)
    if harm == "cut":
        os.truncate(pixels, 700)
    elif harm == "gone":
        pixels.unlink()
    elif harm == "other":
        np.save(pixels, np.zeros((12, 16, 16), np.float64))
    else:
        (tmp_path / "store" / "items.json").write_text('{"source": 3')
    read = read_pictures(PictureChoice(tmp_path / "pictures"))
    again = build_store(read, tmp_path / "store", size_px=16, tell=quiet)
    assert len(again.items) == 12
    assert again.pixels.shape == (12, 16, 16, 3)
    assert digest
