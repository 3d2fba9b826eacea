"""Charts in, standard answers out (HL7 FHIR R4): what a chart says of a case, with its evidence."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lupa.fhir.answering import claim_response
    from lupa.fhir.forms import form
    from lupa.fhir.hooks import cards
    from lupa.fhir.reading import Reading, read
    from lupa.fhir.tasks import task

__all__ = ["Reading", "cards", "claim_response", "form", "read", "task"]

_HOME_OF = {
    "Reading": "reading",
    "cards": "hooks",
    "claim_response": "answering",
    "form": "forms",
    "read": "reading",
    "task": "tasks",
}

if not TYPE_CHECKING:  # pragma: no branch - so that whoever checks types sees a misspelt name

    def __getattr__(name: str) -> object:
        """Loads what is asked for when it is: who reads a chart need not wait for what makes answers."""
        if name not in _HOME_OF:
            raise AttributeError(f"module 'lupa.fhir' has no attribute {name!r}")
        return getattr(import_module(f"lupa.fhir.{_HOME_OF[name]}"), name)
