"""Answers: what an edition makes of a record, why, what would change it and what to find out."""
