#!/bin/sh
# The stylist in src/haiga/models/bundled/stylist, on one CPU core that other work shared: three
# sittings of 51, 97 and 39 minutes, 13,300 steps. DATA holds the picture collections, TEACHER
# the teacher's weights. log.csv, log-2.csv and log-3.csv have every look; held_out.csv the works
# that took no part in any (one seed, the same folders: the same works).
# The first sitting was not one run. Steps to 1,111 had the weights content 10, structure 0.5,
# grain 1 and the rate 0.001; to 2,300 content 6, grain 3 and 0.002; then content 4, structure 0.4
# and 0.0015, with the encoder's running average kept as it was (--resume --keep-encoder).
set -e
I="$DATA/images"
train() {
  haiga train stylist \
    --pictures "$I/fsa_color_photos" "$I/documerica_photos" "$I/usda_watercolors_large" \
      "$I/met_paintings" "$I/aic_paintings" "$I/square_paintings" "$I/chinese_landscapes" \
    --styles "$I/square_paintings" "$I/met_paintings" "$I/aic_paintings" "$I/museum_textures" \
      "$I/hokusai_fuji" "$I/chinese_landscapes" "$I/berlin_mood_paintings" \
    --teacher "$TEACHER" --samples 64 --threads 1 --name stylist "$@"
}
train --batch 6 --steps 3900 --weights style=100 content=4 grain=3 --out first
train --start first --batch 8 --steps 7000 --rate 0.0015 --looks 14 --out second
train --start second --batch 8 --steps 2400 --rate 0.001 --weights content=6 --looks 6 --out stylist
haiga train style_codes --bank styles --pictures "$I" --stylist stylist
