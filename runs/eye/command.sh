#!/bin/sh
# The eye in src/haiga/models/bundled/eye, on one CPU core that other work shared all the while
# (hence 62 minutes by the clock; log.csv has every 25th step).
# DATA holds the picture collections, TEACHER the MobileNet v1 weights (training only).
# The rate follows the clock, so a fresh run gives like figures, not like bytes.
set -e
haiga train eye --pictures "$DATA/images" --teacher "$TEACHER" --out eye --minutes 62
python benchmarks/eye_probe.py --pictures "$DATA/images" --cache eye/work/cache \
  --teacher "$TEACHER" --model eye
