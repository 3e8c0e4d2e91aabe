#!/bin/sh
# The critic in src/haiga/models/bundled/critic, on one CPU core.
# DATA is the cache that `haiga train autoencoder` makes of the picture collections, with the
# teacher's features in it (pooled.npy), from which scene words are guessed for training.
# The second critic differs in its split, its seed and its words (real ones alone); it is not
# bundled and judges what the first one chooses.
set -e
haiga train critic --cache "$DATA/cache" --features critic/features --out critic/model
haiga train critic --cache "$DATA/cache" --features critic/features --out critic/judge \
  --seed 1 --no-guesses --name judge
# the control: pictures with the captions of others find nothing
haiga train critic --cache "$DATA/cache" --features critic/features --out critic/shuffled \
  --shuffled --steps 200 --name shuffled
