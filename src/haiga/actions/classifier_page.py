"""A folder that classifies dropped photos in the browser: a page, the model, ONNX Runtime."""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Mapping
from pathlib import Path

from haiga import __version__
from haiga.core.errors import UserError
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import read_card
from haiga.pages import RUNTIME
from haiga.pages.markup import Html, element
from haiga.pages.numbers import share
from haiga.pages.page import Section, page
from haiga.roles.classifiers.network import NETWORK, NetworkClassifier

HTML = "index.html"
SCRIPT = "ort.wasm.min.js"
_MARK = "Written by haiga classify"


def write_classifier_page(
    classifier: NetworkClassifier, folder: Path, *, runtime: Path | None = None
) -> Path:
    """Writes `index.html`, the network and ONNX Runtime's web files into a folder.

    A static file server is all that it needs, and nothing comes from another host. The
    runtime's files are haiga's own, or those in `runtime` (the `dist` folder of the npm package
    onnxruntime-web of the same version); their digests are checked. Raises UserError where
    they are not to be had, the folder holds something else, or cannot be written.
    """
    check_page_folder(folder)
    files = runtime_files(runtime)
    network = classifier.network.read_bytes()
    make_folder(folder)
    if not (folder / HTML).exists():  # if this is cut off, the folder is still known as haiga's
        write_durably(folder / HTML, f"<!doctype html><p>{_MARK}, not finished.".encode())
    for name, data in {**files, NETWORK: network}.items():
        write_durably(folder / name, data)
    write_durably(folder / HTML, classifier_html(classifier).encode("utf-8"))
    return folder / HTML


def check_page_folder(folder: Path) -> None:
    """Refuses a folder that holds anything but such a page; UserError says so."""
    path = folder / HTML
    try:
        if path.exists():
            if _MARK.encode() in path.read_bytes():
                return
            raise UserError(
                f"{path}: is there already, and haiga did not write it; choose another folder"
            )
        others = folder.is_dir() and [one for one in folder.iterdir() if one.name[0] != "."]
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    if others:
        raise UserError(f"{folder}: holds other files, such as {min(others).name}; name a new "
                        "folder, or an empty one")  # fmt: skip


def runtime_files(runtime: Path | None) -> dict[str, bytes]:
    """ONNX Runtime's web files by name, each with the sha256 that haiga knows it by."""
    told = json.loads((RUNTIME / "files.json").read_text(encoding="utf-8"))
    known: Mapping[str, Mapping[str, str]] = told["files"]
    package = f"{told['package']} {told['version']}"
    out: dict[str, bytes] = {}
    for name, facts in known.items():
        data = None if runtime is None else _read(runtime / name)
        if data is None and (runtime is None or not name.startswith("ort")):
            data = _bundled(name)
        if data is None:
            where = runtime or RUNTIME
            raise UserError(
                f"{where / name}: there is no such file; `npm pack {told['package']}@"
                f"{told['version']}` brings it in its folder dist: name that by --runtime DIR"
            )
        if hashlib.sha256(data).hexdigest() != facts["sha256"]:
            raise UserError(f"{(runtime or RUNTIME) / name}: is not the file of {package}; name "
                            "the folder of that version")  # fmt: skip
        out[name] = data
    return out


def classifier_html(classifier: NetworkClassifier) -> str:
    """The page itself."""
    card = read_card(classifier.model_folder)
    layout = {
        "network": NETWORK,
        "classes": classifier.classes,
        "size_px": classifier.layout.size_px,
        "reject": classifier.reject,
    }
    told = json.dumps(layout, ensure_ascii=True).replace("<", "\\u003c")
    data = Html(f'<script type="application/json" id="layout">{told}</script>')
    accuracy = card.quality.get("accuracy, never trained on")
    right = (
        f"Of {card.quality.get('pictures never trained on')} pictures that it was never trained "
        f"on it told {share(float(accuracy))} right. "
        if isinstance(accuracy, int | float)
        else "How often it is right was not measured. "
    )
    where = element("label", [
        element("input", type="checkbox", id="where", checked="checked"),
        " show what speaks for it",
    ])  # fmt: skip
    answer = [
        element("p", "", class_="called", id="called"),
        element("p", "", id="sure"),
        element("canvas", "", class_="photo", id="photo", role="img"),
        element("p", where),
        element("table", element("tbody", "", id="chances")),
    ]
    drop = element("label", [
        "Drop a photo here, paste one, or choose one",
        element("input", type="file", accept="image/*", id="choose"),
    ], class_="drop", id="drop")  # fmt: skip
    ask = [
        drop,
        element("p", "loading …", class_="status", id="status", role="status"),
        element("div", answer, id="answer", hidden="hidden", aria_live="polite"),
        data,
    ]
    names = ", ".join(classifier.classes)
    about = [
        element("p", f"It tells {names} apart, and what is none of them."),
        element("p", f"{right}{card.origin} The model's licence: {card.licence}."),
    ]
    return page(
        card.name,
        [
            Section("Which is it?", ask, "The photo stays here: it is looked at in this page."),
            Section("What it is", about),
        ],
        subtitle=card.title,
        footer=f"{_MARK} {__version__}. Nothing on this page comes from elsewhere; it runs ONNX "
        "Runtime (MIT licence, Microsoft; see LICENSE and ThirdPartyNotices.txt beside it).",
        script=("resize.js", "classify.js"),
        runs=(SCRIPT,),
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def _bundled(name: str) -> bytes | None:
    packed = _read(RUNTIME / f"{name}.xz")
    return _read(RUNTIME / name) if packed is None else lzma.decompress(packed)
