"""The one set of templates and the one stylesheet behind every page haiga writes.

A page is one HTML file, nothing from elsewhere, readable from `file://`, on a phone and in
print. It has no script, or one that only makes easier to use what stands there already; but
for a page that runs a model in the browser. What stands on it is given by the room that
writes it.
"""

from pathlib import Path

RUNTIME = Path(__file__).parent / "onnxruntime_web"
"""ONNX Runtime's files for the web, with their licence; the large ones compressed."""
