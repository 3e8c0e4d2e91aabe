"""Train the eye: one feature network for all that must see.

    haiga train eye --pictures DIR --teacher FILE --out DIR --minutes 45

The eye begins from nothing and learns by distillation (Hinton et al. 2015; views shared
with the teacher as in Beyer et al. 2022, "A good teacher is patient and consistent"),
together with captions, tags and makers. The teacher is needed in training only.
`--pictures` holds collections, each a folder with a `metadata.jsonl`. A run can be
stopped and gone on with by `--resume`.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def main(argv: list[str]) -> None:
    """Train within the minutes given, write checkpoints and a log, and leave the model."""
    parser = argparse.ArgumentParser(prog="haiga train eye", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of collections")
    parser.add_argument("--teacher", type=Path, required=True, help="MobileNet v1, safetensors")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--cache", type=Path, help="folder of decoded pictures (OUT/work/cache)")
    parser.add_argument("--minutes", type=float, default=45.0, help="in all, earlier runs too")
    parser.add_argument("--batch", type=int, default=64, help="pictures a step")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--commit", default="", help="the code's commit, for the card")
    parser.add_argument("--resume", action="store_true")
    from haiga.training.eye.session import train_eye

    train_eye(parser.parse_args(argv), say=lambda line: print(line, flush=True))
