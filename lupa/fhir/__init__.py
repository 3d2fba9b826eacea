"""Charts in, standard answers out (HL7 FHIR R4): what a chart says of a case, with its evidence."""

from lupa.fhir.answering import cards, claim_response, task
from lupa.fhir.form import form
from lupa.fhir.reading import Reading, read

__all__ = ["Reading", "cards", "claim_response", "form", "read", "task"]
