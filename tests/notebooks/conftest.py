"""What the tests of notebooks share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard import open_store
from dashboard.notebook import OpenStore
from tests.conftest import BuiltSample


@pytest.fixture(scope="session")
def opened(sample_data: BuiltSample) -> Iterator[OpenStore]:
    """The sample as a notebook opens it."""
    with open_store(sample_data.settings.data) as store:
        yield store
