"""The version of lupa, which every decision names."""

__version__ = "0.1.0"
