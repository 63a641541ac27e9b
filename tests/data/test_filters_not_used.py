"""Every measure and every filter: one that it uses can change it; one that it does not changes nothing and is named.

Asked of both sample registers, each filter with several values that are there.
"""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import measures
from dashboard.errors import UsageError
from dashboard.filters import NAMES
from dashboard.store import Store


LEGACY, SHARES = "sample-npd-requests", "sample-external-data-shares"
# filter -> values to try; what fits a register alone is under it
VALUES: dict[str, dict[str, list[Any]]] = {
    "from": {"": ["2017-05-02", "2099-01-01"]},
    "to": {"": ["2017-05-02", "1999-01-01"]},
    "type": {"": ["university", "media"]},
    "tier": {"": ["1", "not_published"]},
    "route": {"": ["direct", "no such route"]},
    "outcome": {"": ["released", "refused"]},
    "recipient": {"": ["nobody-of-this-name"]},
    "reference": {"": ["nothing of this name"]},
    "dataset": {"": ["nothing of this name"]},
    "basis": {"": ["stated", "first_seen"]},
    "clock": {"": ["approval_to_release", "received_to_decision", "approval_to_first_published"]},
    "unit": {"": ["working"]},
    "cohort": {"": ["closed"]},
    "target": {"": [3]},
    "interval": {"": ["month", "quarter", "year"]},
    "by": {"": ["type", "tier"]},
    "limit": {"": [1]},
    "of": {"": ["volumes.closed", "volumes.released", "turnaround.median"]},
    "edition": {LEGACY: ["2016-12-31"], SHARES: ["2020-12-31"]},
    "known_on": {"": ["2016-01-01", "1990-01-01"]},
}
# Where the question that shows it must say more than the filter: (measure, filter) -> what else is asked.
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("control-chart", "clock"): {"of": "turnaround.median"},
    ("control-chart", "basis"): {"of": "turnaround.median"},
    ("control-chart", "unit"): {"of": "turnaround.median"},
    ("spells", "cohort"): {"from_": "2017-05-02"},
}
# What an invented register has none of: figures of others, commitments about it, corrections, a late edition. That
# these use their filters, the worked examples show.
NOTHING_HERE = {
    *((name, f) for name in ("published-figures", "commitments", "corrections") for f in VALUES),
    ("decisions", "from"),
    ("decisions", "to"),
}


def answer(store: Store, name: str, register: str, **asked: Any) -> tuple[Any, tuple[str, ...]]:
    try:
        result = measures.measure(name, store, register=register, **asked)
    except UsageError as error:
        return ("refused", error.message), ()
    return result.rows, result.notes


def test_every_filter_is_tried():
    assert set(VALUES) == set(NAMES) - {"register"}


@pytest.mark.parametrize("name", measures.MEASURES)
def test_a_filter_is_used_or_named(sample_store, name):
    takes = measures.find_measure(name).takes
    assert "register" in takes
    wrong = []
    for public, by_register in VALUES.items():
        keyword = f"{public}_" if public == "from" else public
        changed = named = asked = 0
        for register in (LEGACY, SHARES):
            more = BESIDE.get((name, public), {})
            plain, _ = answer(sample_store, name, register, **more)
            for value in [*by_register.get("", []), *by_register.get(register, [])]:
                rows, notes = answer(sample_store, name, register, **more, **{keyword: value})
                asked += 1
                changed += rows != plain
                named += any(f"'{public}'" in note for note in notes if note.startswith("Not applied"))
        if public in takes and (named or not (changed or (name, public) in NOTHING_HERE)):
            wrong.append(
                f"{public} is said to be used: {changed} of {asked} answers changed, {named} named it"
            )
        if public not in takes and (changed or named != asked):
            wrong.append(f"{public} is not used: {changed} of {asked} answers changed, {named} named it")
    assert not wrong, wrong


def test_several_are_named_together(sample_store):
    result = measures.changes(sample_store, register=LEGACY, type="university", tier="1", limit=3)
    assert "Not applied, as this measure does not use them: 'type' and 'tier'." in result.notes
    rows = measures.rows("changes", sample_store, register=LEGACY, type="university", limit=3)
    assert rows.notes == ("Not applied, as this measure does not use it: 'type'.",)
    assert len(rows.rows) == 3


def test_what_only_a_series_of_times_uses_is_named_of_another(sample_store):
    told = measures.control_chart(
        sample_store, register=LEGACY, clock="received_to_decision", unit="working"
    ).notes
    assert "Not applied, as this measure does not use them: 'clock' and 'unit'." in told
