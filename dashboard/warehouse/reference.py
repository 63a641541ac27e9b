"""What measures look things up in, into the schema `reference`: registers, answerability, terms, the calendar."""

from __future__ import annotations

from datetime import date

import duckdb

from dashboard import vocabulary
from dashboard.reference import read_commitments, read_published_figures, read_regimes
from dashboard.registers import Register
from dashboard.settings import Settings
from dashboard.warehouse.rows import insert
from dashboard.working_days import calendar, load_bank_holidays


CALENDAR = (date(1995, 1, 1), date(2035, 12, 31))


def load_reference(
    con: duckdb.DuckDBPyConnection, settings: Settings, registers: dict[str, Register], identity: str
) -> None:
    insert(con, "reference.build", [{"key": "build", "value": identity}])
    insert(
        con,
        "reference.registers",
        [
            {
                "register": r.id, "title": r.title, "short_title": r.short_title, "publisher": r.publisher,
                "about": r.about, "address": r.address, "licence": r.licence, "contact": r.contact,
                "synthetic": r.synthetic, "fixture": r.fixture, "home_rank": r.home_rank,
                "noun": r.noun, "cadence": r.cadence, "cadence_months": vocabulary.CADENCES.get(r.cadence),
                **{f"target_{k}": getattr(r.target, k, None) for k in ("days", "unit", "clock", "source")},
            }
            for r in registers.values()
        ],
    )  # fmt: skip
    answers = []
    for r in registers.values():
        for layout in r.layouts:
            for position, name in enumerate(vocabulary.ANSWERABLE_FIELDS, 1):
                answer = r.answer(layout, name)
                answers.append(
                    {
                        "register": r.id, "era": layout.era, "field": name, "position": position,
                        "status": answer.status, "basis": answer.basis, "coverage": layout.coverage,
                        "words": answer.words, "assumed": layout.assumed,
                    }
                )  # fmt: skip
    insert(con, "reference.answerability", answers)
    insert(
        con,
        "reference.type_notes",
        [
            {"register": r.id, "published_key": key, "words": words}
            for r in registers.values()
            for key, words in r.type_notes.items()
        ],
    )
    for table, labels in (("recipient_type", vocabulary.RECIPIENT_TYPES), ("outcome", vocabulary.OUTCOMES)):
        rows = [{table: k, "position": i, "label": v} for i, (k, v) in enumerate(labels.items(), 1)]
        insert(con, f"reference.{table}s", rows)
    insert(
        con,
        "reference.clocks",
        [
            {"clock": c, "position": i, "label": vocabulary.CLOCKS[c], "field": f}
            for i, (c, fields) in enumerate(vocabulary.CLOCK_NEEDS.items(), 1)
            for f in fields
        ],
    )
    insert(
        con,
        "reference.column_needs",
        [
            {"column_name": c, "field": f, "words": ""}
            for c, fields in vocabulary.COLUMN_NEEDS.items()
            for f in fields
        ],
    )
    holidays = load_bank_holidays(settings.files("reference", "bank_holidays_england.csv")[0])
    insert(
        con,
        "reference.calendar",
        [
            {"day": d, "is_working_day": w, "working_day_number": n}
            for d, w, n in calendar(*CALENDAR, holidays)
        ],
    )
    insert(con, "reference.published_figures", read_published_figures(settings, registers))
    insert(con, "reference.regimes", read_regimes(settings, registers))
    insert(con, "reference.commitments", read_commitments(settings, registers))
