#!/bin/sh
# The generator in src/haiga/models/bundled/watercolours, on one CPU core that other work shared.
# DATA holds the picture collections. log.csv has every look; the card was written anew for the
# package (its command named a folder of one machine).
set -e
haiga train generator --recipe fastgan --pictures "$DATA/images/usda_watercolors_small" \
  --where artist_gender=female --steps 9000 --looks 10 --samples 256 --threads 1 \
  --name watercolours --out watercolours
haiga train picture_index --pictures "$DATA/images/usda_watercolors_small" \
  --where artist_gender=female --size 64 --model watercolours --licence Apache-2.0
