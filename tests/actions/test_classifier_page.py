"""The page of `haiga classify --page`: the same answer as Python's, in a browser, offline."""

from __future__ import annotations

import functools
import http.server
import io
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.actions.classifier_page import runtime_files, write_classifier_page
from haiga.actions.classify import make_classifier, read_whole
from haiga.core.errors import UserError
from haiga.features.network_input import squeezed
from haiga.pages import RUNTIME

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from tiny_classifier import make_classifier as make_tiny

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
in_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

ASK = """async (name) => {
  const told = await window.haiga.classify(await (await fetch(name)).blob());
  return [told.class, told.likeliest, told.probabilities, told.known];
}"""


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def pictures() -> dict[str, bytes]:
    """A large and a tiny JPEG, a transparent PNG, a turned JPEG, a blank, a grey PNG, a pixel."""
    rng = np.random.default_rng(3)

    def noise(height: int, width: int, channels: int = 3) -> Image.Image:
        patches = rng.integers(0, 256, (9, 9, channels), dtype=np.uint8)
        return Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC)

    exif = Image.Exif()
    exif[0x0112] = 6
    made = {
        "large.jpg": (noise(700, 1100), {"quality": 90}),
        "tiny.jpg": (noise(17, 9), {"quality": 75}),
        "clear.png": (noise(60, 90, 4), {}),
        "turned.jpg": (noise(80, 140), {"exif": exif}),
        "blank.png": (Image.new("RGB", (40, 40), (30, 200, 30)), {}),
        "grey.png": (noise(64, 48).convert("L"), {}),
        "pixel.png": (Image.new("RGB", (1, 1), (200, 0, 0)), {}),
    }
    out = {}
    for name, (image, options) in made.items():
        buffer = io.BytesIO()
        image.save(buffer, "JPEG" if name.endswith("jpg") else "PNG", **options)
        out[name] = buffer.getvalue()
    return out


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier, its page, and pictures beside the page."""
    folder = tmp_path_factory.mktemp("page")
    make_tiny(folder / "model")
    write_classifier_page(make_classifier(str(folder / "model")), folder / "page")
    for name, data in pictures().items():
        (folder / "page" / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def tab(shelf: Path) -> Iterator[tuple[Any, list[str]]]:
    """The page in a browser, and whatever it complained of or asked for from elsewhere."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    handler = functools.partial(Handler, directory=str(shelf / "page"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        tab, complaints = browser.new_page(), []
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text))
        tab.on("request", lambda asked: complaints.append(asked.url)
               if not asked.url.startswith((address, "data:", "blob:")) else None)  # fmt: skip
        tab.goto(address)
        yield tab, complaints
        browser.close()
    server.shutdown()


@in_browser
@pytest.mark.slow
def test_the_browser_says_of_every_picture_what_python_says(
    tab: tuple[Any, list[str]], shelf: Path
) -> None:
    page, complaints = tab
    classifier = make_classifier(str(shelf / "model"))
    for name in pictures():
        (label,) = classifier.classify([read_whole(shelf / "page" / name)])
        called, likeliest, probabilities, known = page.evaluate(ASK, name)
        assert called == label.name, name
        # laying over white rounds otherwise than Pillow does: a level of 255
        near = 4e-3 if name == "clear.png" else 1e-5
        assert probabilities == pytest.approx(label.probabilities, abs=near), name
        assert known == pytest.approx(label.known, abs=2 * near), name
        assert likeliest == classifier.classes[int(np.argmax(label.probabilities))]
    assert not complaints


@in_browser
@pytest.mark.slow
def test_pictures_are_made_small_to_the_same_bytes(tab: tuple[Any, list[str]]) -> None:
    page, _ = tab
    rng = np.random.default_rng(1)
    for height, width, size in (
        (90, 70, 32),
        (31, 200, 32),
        (32, 5, 32),
        (1, 1, 16),
        (150, 140, 64),
    ):
        picture = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        rows = np.dstack([picture, np.full((height, width), 255, np.uint8)])
        found = page.evaluate(
            "([data, w, h, s]) => [...window.haiga.resize(Uint8ClampedArray.from(data), w, h, s)]",
            [rows.reshape(-1).tolist(), width, height, size],
        )
        small = np.array(found, np.uint8).reshape(size, size, 4)[:, :, :3]
        assert np.array_equal(small, squeezed(picture, size)), (height, width, size)


@in_browser
@pytest.mark.slow
def test_a_chosen_photo_is_told_of_and_what_is_no_picture_is_said_to_be_none(
    tab: tuple[Any, list[str]], shelf: Path, tmp_path: Path
) -> None:
    page, complaints = tab
    page.set_input_files("#choose", str(shelf / "page" / "large.jpg"))
    page.wait_for_selector("#answer:not([hidden])")
    (label,) = make_classifier(str(shelf / "model")).classify(
        [read_whole(shelf / "page" / "large.jpg")]
    )
    assert page.inner_text("#called") == (label.name or "none of them")
    assert page.inner_text("#status") == "large.jpg"
    assert len(page.query_selector_all("#chances tr")) == 3
    (tmp_path / "words.jpg").write_text("no picture")
    page.set_input_files("#choose", str(tmp_path / "words.jpg"))
    page.wait_for_selector("#answer[hidden]", state="attached")
    assert "is not a picture that this browser reads" in page.inner_text("#status")
    page.set_input_files("#choose", str(shelf / "page" / "blank.png"))
    page.wait_for_selector("#answer:not([hidden])")
    assert page.inner_text("#called") == "none of them"
    assert "of one tone" in page.inner_text("#sure")
    assert not complaints


@in_browser
@pytest.mark.slow
def test_on_a_phone_nothing_stands_out_to_the_right(
    tab: tuple[Any, list[str]], shelf: Path
) -> None:
    page, _ = tab
    before = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    try:
        for name in (None, "large.jpg"):
            if name:
                page.set_input_files("#choose", str(shelf / "page" / name))
                page.wait_for_selector("#answer:not([hidden])")
            wide, room = page.evaluate(
                "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide <= room, name
    finally:
        page.set_viewport_size(before)


def test_the_folder_is_whole_and_names_no_other_host(shelf: Path) -> None:
    page = shelf / "page"
    for name in ("index.html", "classifier.onnx", "ort.wasm.min.js", "LICENSE",
                 "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"):  # fmt: skip
        assert (page / name).stat().st_size > 900, name
    html = (page / "index.html").read_text("utf-8")
    assert "connect-src 'self'" in html
    assert 'src="http' not in html
    before = html
    write_classifier_page(make_classifier(str(shelf / "model")), page)
    assert (page / "index.html").read_text("utf-8") == before


def test_a_folder_of_somebodys_files_is_not_written_to(shelf: Path, tmp_path: Path) -> None:
    classifier = make_classifier(str(shelf / "model"))
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match=r"holds other files, such as mine\.txt"):
        write_classifier_page(classifier, tmp_path)
    (tmp_path / "index.html").write_text("my page")
    with pytest.raises(UserError, match="haiga did not write it"):
        write_classifier_page(classifier, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "mine.txt"]


def test_a_runtime_of_ones_own_must_be_the_very_files(shelf: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="npm pack onnxruntime-web@"):
        runtime_files(tmp_path)
    for name, data in runtime_files(None).items():
        if name.startswith("ort"):
            (tmp_path / name).write_bytes(data)
    assert set(runtime_files(tmp_path)) == set(runtime_files(None))
    (tmp_path / "ort.wasm.min.js").write_text("alert(1)")
    with pytest.raises(UserError, match="is not the file of onnxruntime-web"):
        runtime_files(tmp_path)
    assert RUNTIME.is_dir()
