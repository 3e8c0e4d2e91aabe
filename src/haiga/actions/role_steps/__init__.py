"""Every role as a step of a pipeline, a file each: a step rests on its own role's code alone."""
