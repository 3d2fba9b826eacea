"""The other names of the shipped drugs and diseases, as a case is read."""

import re
from collections import Counter

from lupa.rules.names import normal
from tests.readme import ROOT

_ALIAS = re.compile(r'\balias\((\w+), *"([^"]*)"\)')


def test_no_other_name_stands_twice_but_for_capitals_accents_and_blanks() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "kb").rglob("*.lp"))]
    names = Counter((name, normal(alias)) for text in texts for name, alias in _ALIAS.findall(text))
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 1000
