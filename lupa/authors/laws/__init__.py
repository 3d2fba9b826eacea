"""Verification: the laws of a policy, over all its worlds."""
