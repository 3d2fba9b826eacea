"""Compiled: a ground program as decision diagrams."""
