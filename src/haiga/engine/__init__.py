"""Runs any plan of steps and knows no role: what a step does is the caller's affair."""
