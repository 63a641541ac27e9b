"""docs/definitions.md is what the specifications say, and no older."""

from __future__ import annotations

from dashboard.settings import CHECKOUT
from tests.spec.definitions import page


def test_definitions_are_up_to_date():
    written = (CHECKOUT / "docs" / "definitions.md").read_text("utf-8")
    assert written == page(), "stale: python -m tests.spec.definitions > docs/definitions.md"
