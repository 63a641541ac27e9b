"""The form of a page, and what its figures are cut to, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from dashboard import measures
from dashboard.filters import Filters
from dashboard.pages import EVERY, Page
from dashboard.store import Store
from dashboard.text import day, join_words
from dashboard.vocabulary import CLOCKS, OUTCOMES, RECIPIENT_TYPES


def form_fields(store: Store, page: Page) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """The fields of the page's form, and what the address filters by that has no field."""
    filters = page.filters
    values = dict(filters.items())
    # A register that only exercises the machinery is no choice, unless it is the one asked for or all there is.
    every = store.query("registers").dicts()
    registers = [r for r in every if not r["fixture"] or r["register"] == filters.register]
    present = {
        r["group"]
        for r in measures.measure("recipients", store, register=filters.register, by="type").dicts()
    }
    types = [(k, v) for k, v in RECIPIENT_TYPES.items() if k in present or k in (filters.type or ())]
    clocks = measures.scopes(store, Filters(register=filters.register))[0].clocks
    choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "register": ("Register", [(r["register"], r["short_title"]) for r in registers]),
        "type": ("Recipient type", [("", "All types"), *types]),
        "interval": ("Interval", [("year", "Year"), ("quarter", "Quarter"), ("month", "Month")]),
        "clock": (
            "Clock",
            [
                (c, words[:1].upper() + words[1:])
                for c, words in CLOCKS.items()
                if clocks[c][0] or c == filters.clock
            ],
        ),
        "unit": ("Days", [("calendar", "Calendar days"), ("working", "Working days, England")]),
        "outcome": ("Outcome", [("", "All outcomes"), *OUTCOMES.items()]),
    }
    texts = {
        "from": ("From", "date", ""),
        "to": ("To", "date", ""),
        "target": ("Assumed target, days", "number", ""),
        "q": ("Search", "search", ""),
    }
    common = [name for name in ("register", "from", "to", "type") if name not in page.silent]
    names = [*common, *EVERY[page.name].fields]
    form: list[dict[str, Any]] = []
    for name in names:
        value = page.extra.get(name, "") if name == "q" else values.get(name, "")
        if isinstance(value, tuple):
            value = ",".join(value)
        value = value.isoformat() if hasattr(value, "isoformat") else str(value)
        if name in choices:
            label, options = choices[name]
            if value and value not in dict(options):  # several types at once come from an address only
                options = [*options, (value, value.replace(",", ", "))]
            form.append(
                {"name": name, "label": label, "options": options, "value": value, "type": "", "hint": ""}
            )
        else:
            label, kind, hint = texts[name]
            form.append(
                {"name": name, "label": label, "options": [], "value": value, "type": kind, "hint": hint}
            )
    pairs = [*parse_qsl(filters.query()), *(("count", c) for c in [page.extra.get("count")] if c)]
    return form, [(k, v) for k, v in pairs if k not in names and k not in ("interval", "clock")]


def filter_words(page: Page) -> list[str]:
    """What the figures of a page are cut to, in words, so that no number is read as of everything."""
    chosen = dict(page.filters.items())
    words: dict[str, Callable[[Any], str]] = {
        "from": lambda v: f"from {day(v)}",
        "to": lambda v: f"to {day(v)}",
        "type": lambda v: "recipient type " + join_words([RECIPIENT_TYPES[t] for t in v]),
        "tier": lambda v: join_words(
            [f"tier {t}" if t != "not_published" else "tier not published" for t in v]
        ),
        "route": lambda v: "route " + join_words(list(v)),
        "outcome": lambda v: "outcome " + join_words([OUTCOMES[o].lower() for o in v]),
        "recipient": lambda v: f"recipient {v}",
        "reference": lambda v: f"reference {v}",
        "dataset": lambda v: f"dataset {v}",
        "basis": lambda v: f"dates of basis {v}",
        "edition": lambda v: f"the edition {v}",
        "known_on": lambda v: f"what was known on {day(v)}",
    }
    return [say(chosen[name]) for name, say in words.items() if name in chosen and name not in page.silent]
