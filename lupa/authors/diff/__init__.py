"""Editions compared as meaning: for whom they come to something else, and why."""
