"""What functions say of a record of a foreign policy in the solver's place, it says too."""

from __future__ import annotations

import pytest

from tests.warmed import differing, drawn, editions

FOREIGN = ("foreign_kb", "monitors_kb", "lipid_kb", "atopic_kb", "twelve_kb")


@pytest.mark.parametrize("name", FOREIGN)
def test_of_random_records_the_same_is_told_to_the_byte(name: str, request: pytest.FixtureRequest) -> None:
    found = editions(request.getfixturevalue(name))
    assert [differing(edition, drawn(edition, 1)) for edition in found] == [[]] * len(found)


@pytest.mark.mass
@pytest.mark.parametrize("name", FOREIGN)
def test_of_hundreds_of_random_records_too(name: str, request: pytest.FixtureRequest) -> None:
    found = editions(request.getfixturevalue(name))
    assert [differing(edition, drawn(edition, 100, seed=2)) for edition in found] == [[]] * len(found)
