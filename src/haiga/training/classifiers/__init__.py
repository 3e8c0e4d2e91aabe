"""The training of classifiers: pictures in parts, heads, the threshold for neither, networks."""
