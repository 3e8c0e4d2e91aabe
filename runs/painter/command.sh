#!/bin/sh
# The painter in src/haiga/models/bundled/painter, on two CPU cores.
# DATA holds the picture collections, TEACHER the MobileNet v1 weights (training only).
# The bundled files come from runs that were stopped and resumed several times on a busy machine
# while the loss over hue and the cutting of black page borders were added (log.txt, where "seen"
# and the averages right after a resume count from it), so a fresh run gives like figures, not like
# bytes: 21,200 pictures for the autoencoder, 90,000 latents for the flow, 6,300 pictures more for
# the decoder alone. The flow then went on over landscapes in other lights too and with fewer guessed
# words, to 193,000 latents, at a third to a whole of one core (log.txt, second part); its clock
# counts 186 minutes in all.
set -e
haiga train autoencoder --pictures "$DATA/images" --teacher "$TEACHER" \
  --out painter/ae --minutes 38 --threads 1
haiga train painter --autoencoder painter/ae --teacher "$TEACHER" \
  --out painter/flow --minutes 69
haiga train autoencoder --pictures "$DATA/images" --teacher "$TEACHER" \
  --out painter/ae --minutes 14 --threads 1 --rate 5e-4 --decoder-only
haiga train painter --autoencoder painter/ae --teacher "$TEACHER" \
  --out painter/flow --minutes 186 --rate 8e-4 --resume
haiga train painter_export --painter painter/flow --autoencoder painter/ae --out painter/model
haiga train picture_index --pictures "$DATA/images" --cut bundled --model painter/model \
  --licence Apache-2.0
