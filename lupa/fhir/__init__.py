"""Charts in, standard answers out (HL7 FHIR R4): what a chart says of a case, with its evidence."""

from lupa.fhir.answering import claim_response
from lupa.fhir.form import form
from lupa.fhir.hooks import cards
from lupa.fhir.reading import Reading, read
from lupa.fhir.tasks import task

__all__ = ["Reading", "cards", "claim_response", "form", "read", "task"]
