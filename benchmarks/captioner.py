"""Does the captioner say more than a copied caption would, how variedly, how fast?

    python benchmarks/captioner.py --pictures DIR [--model captioner] [--count 150]

Held-out pictures, as many of each family (photographs, paintings, fruit), one a work; captions by
the model, by the nearest picture that it learned from (cosine of the eye's late view), and the
commonest one. Then seconds on two threads: one picture alone, a hundred at once. Figures to
reach: CIDEr-D and BLEU-4 above both others with intervals that do not meet; 60 % distinct
captions; 150 ms a picture.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from machine import machine_line

from haiga.actions.caption import choose
from haiga.actions.evaluate_captioner import evaluate_captioner
from haiga.core import registry
from haiga.inspection.captioner_text import captioner_text

LIMITS = {"distinct": 0.6, "milliseconds": 150.0}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    p.add_argument("--pictures", type=Path, required=True)
    p.add_argument("--model", default="captioner")
    p.add_argument("--count", type=int, default=150)
    o = p.parse_args()
    write = sys.stdout.write
    write(machine_line() + "\n\n")
    asked = choose(o.model, count=1, temperature=None, beam=None)
    report = evaluate_captioner(asked, o.pictures, each=o.count)
    write(captioner_text(report) + "\n\n")
    ours, *others = report.figures.values()
    for name in ("cider", "bleu_4"):
        mine, theirs = (
            [one.cider if name == "cider" else one.bleu[3] for one in group]
            for group in ((ours,), others)
        )
        clear = all((mine[0].low or 0) > (other.high or 0) for other in theirs)
        write(f"{name}: above both others, intervals apart: {'yes' if clear else 'NO'}\n")
    write(f"distinct: {ours.distinct:.0%} (limit {LIMITS['distinct']:.0%})\n")
    write(f"alone: {report.milliseconds:.0f} ms (limit {LIMITS['milliseconds']:.0f})\n")
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (128, 128, 3), dtype=np.uint8) for _ in range(100)]
    for settings in ({}, {"beam": 1}):
        captioner = registry.make("captioner", asked.use, {**asked.settings, **settings})
        captioner.caption(pictures[:2], seeds=[0, 0])
        began = time.perf_counter()
        captioner.caption(pictures, seeds=[0] * 100)
        spent = time.perf_counter() - began
        write(f"a hundred at once, beam {settings.get('beam', 3)}: {spent:.2f} s\n")


if __name__ == "__main__":
    main()
