"""Does the page of `haiga classify --page` say what Python says? Asked about many pictures."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from haiga.actions.classifier_page import write_classifier_page
from haiga.actions.classify import make_classifier, read_whole


@dataclass(frozen=True)
class Agreement:
    """Of `count` pictures: the same answer, the same likeliest class, the largest differences."""

    count: int
    same: int
    same_likeliest: int
    probability: float
    known: float
    seconds_a_picture: float


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on the loopback, while it is served."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


ASK = """async (name) => {
  const answer = await fetch(name);
  const began = performance.now();
  const told = await window.haiga.classify(await answer.blob());
  return [told.class, told.likeliest, told.probabilities, told.known, performance.now() - began];
}"""


def agreement(model: Path, pictures: Sequence[Path], work: Path) -> Agreement:
    """Asks Python and headless Chromium about the same files."""
    from playwright.sync_api import sync_playwright

    classifier = make_classifier(str(model))
    write_classifier_page(classifier, work)
    for number, path in enumerate(pictures):
        shutil.copyfile(path, work / f"{number}{path.suffix}")
    same = likeliest = 0
    apart, known, seconds = [0.0], [0.0], []
    with served(work) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page()
        tab.goto(address)
        for number, path in enumerate(pictures):
            (label,) = classifier.classify([read_whole(path)])
            told = tab.evaluate(ASK, f"{number}{path.suffix}")
            best = classifier.classes[int(np.argmax(label.probabilities))]
            same += told[0] == label.name and (label.name is None or told[1] == best)
            likeliest += told[1] == best
            apart.append(float(np.abs(np.subtract(told[2], label.probabilities)).max()))
            known.append(abs(told[3] - label.known))
            seconds.append(told[4] / 1000)
        browser.close()
    return Agreement(
        len(pictures), same, likeliest, max(apart), max(known), float(np.median(seconds))
    )
