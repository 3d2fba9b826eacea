"""Dialogues over a case: commands, or one question after the other, at a terminal or through a pipe."""
