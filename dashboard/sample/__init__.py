"""The synthetic sample: two registers with invented organisations, written as published workbooks.

One list of requests, with their true dates and outcomes, is drawn from the constants in `TRUTH` (`truth`). Every
edition is a view of that list at its as-at date (`editions`), so an estimate made from the workbooks can be
compared with what is true. Damage and changes between editions are planted on top (`damage`), and each is recorded
with its place in `sample-truth.json` (`record`).

Nothing here is real, and every workbook says so.
"""

from __future__ import annotations

from dashboard.sample.damage import HOSTILE
from dashboard.sample.record import SampleEdition
from dashboard.sample.truth import LEGACY, SHARES, TRUTH, TrueRequest, Truth, alias_rows, true_requests
from dashboard.sample.writing import NOTICE, write_sample


__all__ = [
    "HOSTILE", "LEGACY", "NOTICE", "SHARES", "TRUTH", "SampleEdition", "TrueRequest", "Truth", "alias_rows",
    "true_requests", "write_sample",
]  # fmt: skip
