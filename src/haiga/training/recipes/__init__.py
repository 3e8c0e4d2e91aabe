"""Recipes: one runnable file per trained model; `haiga train NAME` calls its `main`."""
