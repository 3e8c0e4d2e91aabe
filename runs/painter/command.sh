#!/bin/sh
# The painter in src/haiga/models/bundled/painter, on two CPU cores.
# DATA holds the picture collections, TEACHER the MobileNet v1 weights (training only).
set -e
haiga train autoencoder --pictures "$DATA/images" --teacher "$TEACHER" \
  --out painter/ae --minutes 38 --threads 1
haiga train painter --autoencoder painter/ae --teacher "$TEACHER" \
  --out painter/flow --minutes 75
haiga train autoencoder --pictures "$DATA/images" --teacher "$TEACHER" \
  --out painter/ae --minutes 12 --threads 1 --rate 4e-4 --decoder-only
haiga train painter_export --painter painter/flow --autoencoder painter/ae --out painter/model
