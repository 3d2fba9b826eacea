"""What one request may take: bytes, seconds, and how many of them at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server; each that is passed has its status."""

    size: int = 8 * 1024 * 1024
    """Bytes of a body; 413 beyond."""
    arriving: float = 10.0
    """Seconds until a request has come in whole; 408 beyond."""
    seconds: float = 10.0
    """Seconds for an answer; 504 beyond."""
    at_once: int = 64
    """Requests in hand, those that wait too; 429 beyond."""
    threads: int = 2
    """Requests of these that are answered side by side."""
