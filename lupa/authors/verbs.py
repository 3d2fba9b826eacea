"""The verbs of the command line for those who write policies."""

from __future__ import annotations
