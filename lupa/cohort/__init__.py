"""Cohorts: a whole membership decided, from files to files."""
