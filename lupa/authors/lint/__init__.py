"""A linter for rule files."""
