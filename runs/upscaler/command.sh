#!/bin/sh
# The upscaler in src/haiga/models/bundled/upscaler, on one CPU core of a machine with two that
# other trainings shared all the while. DATA holds the picture collections, TEACHER the MobileNet
# v1 weights (training only). held_out.txt names the pictures that no training saw.
#
# ×4: 30,000 steps, 36 minutes by the clock (x4.csv). It was begun at the rate 0.002, which threw
# the network back three times (the losses of 16.7 and 81 in the log), and went on from step
# 11,773 at 0.0011, the rate given here.
# ×2: 8,000 steps, 14 minutes (x2.csv); it was planned for 16,000 and shortened at step 2,799.
# Texture: ended at step 1,600 of 1,770 by the clock, 12 minutes (texture.csv).
set -e
COMMON="--where folder!=usda_watercolors_large --threads 1 --licence Apache-2.0"
PHOTOS="--repeat folder=fsa_color_photos 5 --repeat folder=documerica_photos 6"
haiga train upscaler --pictures "$DATA/images" $COMMON $PHOTOS \
  --repeat folder=met_paintings 2 --repeat folder=aic_paintings 2 \
  --rate 0.0011 --steps 30000 --samples 512 --out fidelity4
haiga train upscaler --pictures "$DATA/images" $COMMON $PHOTOS \
  --repeat folder=met_paintings 2 --repeat folder=aic_paintings 2 \
  --scale 2 --start fidelity4 --rate 0.0012 --steps 8000 --samples 512 --out fidelity2
haiga train upscaler --pictures "$DATA/images" $COMMON \
  --repeat folder=met_paintings 3 --repeat folder=aic_paintings 3 \
  --training texture --start fidelity2 --teacher "$TEACHER" --minutes 10 --samples 256 \
  --name upscaler --out upscaler
python benchmarks/enlarge.py --pictures "$DATA/images" --model upscaler
