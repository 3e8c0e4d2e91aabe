"""What the critic learns from and how it is measured: captions, the eye's features, retrieval."""
