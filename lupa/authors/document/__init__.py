"""A policy in the order of its document: each clause, what encodes it, and the rules that do."""
