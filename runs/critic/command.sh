#!/bin/sh
# The critic in src/haiga/models/bundled/critic, on one CPU core: two minutes of it for the eye,
# one for the training.
# DATA is the cache that `haiga train autoencoder` makes of the picture collections, with the
# teacher's features in it (pooled.npy), from which scene words are guessed for training.
# The judge differs in its split, its seed and its words (real ones alone); it is not bundled and
# judges what the critic chooses. A longer run and a second view of each crop (the defaults) have
# not been tried.
set -e
haiga train critic --cache "$DATA/cache" --features critic/features --out critic/model \
  --views 1 --steps 400 --batch 320
haiga train critic --cache "$DATA/cache" --features critic/features --out critic/judge \
  --views 1 --steps 350 --batch 256 --seed 1 --no-guesses --name judge
# the control: pictures with the captions of others
haiga train critic --cache "$DATA/cache" --features critic/features --out critic/shuffled \
  --views 1 --steps 120 --batch 256 --shuffled --name shuffled
# captions of works that painter and critics had held out, and poems with four candidates each
cd ../benchmarks
python painter_match.py --cache "$DATA/cache" --count 120 --judge ../runs/critic/judge
python painter_match.py --texts poems --count 100 --candidates 4 --judge ../runs/critic/judge
