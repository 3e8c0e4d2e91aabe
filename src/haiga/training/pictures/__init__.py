"""Trainings on pictures: the store, the feed, the plan, the loop and what it leaves."""
