"""The nouns, the role protocols, the registry, configuration, seeds and errors."""
