#!/bin/sh
# The captioner in src/haiga/models/bundled/captioner, on one CPU core.
# DATA holds the picture collections (each a folder with metadata.jsonl); POEMS any English texts,
# by which common words are told from names (here the public-domain poems of the collection).
# log.csv is that of this run: seconds under the load of other work on both cores.
set -e
haiga train captioner --pictures "$DATA/images" --texts "$POEMS" --steps 5000 --rewarded 500 --threads 1 \
  --recipe runs/captioner/command.sh --out captioner
python ../benchmarks/captioner.py --pictures "$DATA/images" --model captioner
