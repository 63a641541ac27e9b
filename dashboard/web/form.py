"""The form of a page: a field for each filter that means something there, with what its register has to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qsl

from dashboard import measures
from dashboard.filters import COHORTS, INTERVALS, Filters
from dashboard.pages import EVERY, Page
from dashboard.store import Store
from dashboard.text import day
from dashboard.vocabulary import CLOCKS, OUTCOMES, RECIPIENT_TYPES, UNITS


COMMON = ("register", "from", "to", "type")
# Folded in: on every page that does not say it is silent about them.
CUTS = ("type", "tier", "route", "outcome", "dataset")
OF_CLOCKS = ("basis", "cohort")  # on pages about a clock
IN_TIME = ("known_on", "edition")
TIERS = {**{str(n): f"Tier {n}" for n in range(1, 5)}, "not_published": "Not published"}
BASIS_WORDS = {
    "stated": "Stated by the publisher",
    "from_reference": "Read from the reference",
    "first_seen": "First seen in an edition",
}
COHORT_WORDS = {"received": "Received in the period", "closed": "Closed in the period"}
UNIT_WORDS = {"calendar": "Calendar days", "working": "Working days, England"}
LABELS = {
    "register": "Register",
    "from": "From",
    "to": "To",
    "type": "Recipient type",
    "interval": "Interval",
    "clock": "Clock",
    "unit": "Days",
    "target": "Assumed target, days",
    "outcome": "Outcome",
    "tier": "Tier",
    "route": "Route",
    "dataset": "Data set",
    "basis": "How the dates are known",
    "cohort": "Cases",
    "edition": "One edition alone",
    "known_on": "As known on",
    "q": "Search the register",
}
DATES = ("from", "to", "known_on")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One control. `kind`: select, checks (several at once), date, number, search or text.

    `options`: value and words; `values`: those chosen, `suggested` for a text: what the register has.
    """

    name: str
    label: str
    kind: str
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    suggested: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """The fields shown, those folded under "More filters", and what the address has that no field shows."""

    fields: tuple[Field, ...]
    more: tuple[Field, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    opened: bool = field(default=False)  # one of the folded is in use


def make_form(store: Store, page: Page) -> Form:
    """The form of a page. A choice is offered only where the register has more than one."""
    filters = page.filters
    chosen = {name: _spelt(value) for name, value in filters.items()}
    chosen |= {k: (v,) for k, v in page.extra.items() if k == "q" and v}
    present: dict[str, list[str]] = {}
    for name, value in store.query("filter_choices", filters).rows:
        present.setdefault(name, []).append(value)
    spec = EVERY[page.name]
    names = [name for name in COMMON if name not in page.silent]
    names += [name for name in spec.fields if name not in page.silent]
    folded = [name for name in CUTS if name not in page.silent]
    folded += [name for name in OF_CLOCKS if "clock" in spec.fields]
    folded += [name for name in IN_TIME if name not in page.silent]
    shown = [_field(store, filters, name, chosen.get(name, ()), present) for name in names]
    more = [
        _folded(store, filters, name, chosen.get(name, ()), present)
        for name in folded
        if name == "type" or name not in names
    ]
    shown_names = {f.name for f in (*shown, *more) if f}
    pairs = [*parse_qsl(filters.query()), *(("count", c) for c in [page.extra.get("count")] if c)]
    return Form(
        fields=tuple(f for f in shown if f),
        more=tuple(f for f in more if f),
        kept=tuple((k, v) for k, v in pairs if k not in shown_names and k not in ("interval", "clock")),
        opened=any(f.values for f in more if f and (f.name != "type" or len(f.values) > 1)),
    )


def _spelt(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value.isoformat() if isinstance(value, date) else str(value),)


def _field(
    store: Store, filters: Filters, name: str, values: tuple[str, ...], present: dict[str, list[str]]
) -> Field | None:
    options: list[tuple[str, str]] = []
    if name == "register":
        # A register that only exercises the machinery is no choice, unless it is the one asked for or all there is.
        every = store.query("registers").dicts()
        options = [
            (r["register"], r["short_title"])
            for r in every
            if not r["fixture"] or r["register"] == filters.register
        ]
    elif name == "type":
        options = [("", "All types"), *_present(RECIPIENT_TYPES, present.get(name, []), values)]
        if len(values) > 1:  # the boxes under "More filters" say which
            options[0] = ("", f"{len(values)} types, below")
            values = ()
    elif name == "outcome":
        options = [("", "All outcomes"), *_present(OUTCOMES, present.get(name, []), values)]
        if len(values) > 1:
            options.append((",".join(values), " or ".join(OUTCOMES[v].lower() for v in values)))
            values = (",".join(values),)
    elif name == "interval":
        options = [(i, i.capitalize()) for i in reversed(INTERVALS)]
    elif name == "unit":
        options = [(u, UNIT_WORDS[u]) for u in UNITS]
    elif name == "clock":
        clocks = measures.scopes(store, Filters(register=filters.register))[0].clocks
        options = [
            (c, words[:1].upper() + words[1:])
            for c, words in CLOCKS.items()
            if clocks[c][0] or c == filters.clock
        ]
    else:
        kind = "date" if name in DATES else "number" if name == "target" else "search"
        return Field(name=name, label=LABELS[name], kind=kind, values=values)
    return Field(name=name, label=LABELS[name], kind="select", values=values, options=tuple(options))


def _folded(
    store: Store, filters: Filters, name: str, values: tuple[str, ...], present: dict[str, list[str]]
) -> Field | None:
    """A field under "More filters"; None where there is nothing to choose."""
    label = LABELS[name]
    has = present.get(name, [])
    if name in ("type", "tier", "outcome"):
        words = {"type": RECIPIENT_TYPES, "tier": TIERS, "outcome": OUTCOMES}[name]
        options = _present(words, has, values)
        # One type is what the list above it says: ticked here as well, it could not be taken back there.
        ticked = values if name != "type" or len(values) > 1 else ()
        label = "Several recipient types" if name == "type" else label
        several = len(options) > 1
        return (
            Field(name=name, label=label, kind="checks", values=ticked, options=options) if several else None
        )
    if name == "dataset":
        return (
            Field(name=name, label=label, kind="text", values=values, suggested=tuple(has)) if has else None
        )
    if name == "known_on":
        return Field(name=name, label=label, kind="date", values=values)
    if name == "edition":
        editions = measures.measure("editions", store, register=filters.register).dicts()
        options = tuple(
            (e["edition"], f"{day(e['as_at'])}{' (replaced)' if e['replaced_by'] else ''}")
            for e in reversed(editions)
            if e["withdrawn_on"] is None
        )
        first = ("", "All editions together")
    elif name == "route":
        options = tuple(
            (r, "Not published" if r == "not_published" else r) for r in dict.fromkeys([*has, *values])
        )
        first = ("", "All routes")
    elif name == "basis":
        options = _present(BASIS_WORDS, has, values)
        first = ("", "Any")
    else:
        options, first = tuple((c, COHORT_WORDS[c]) for c in COHORTS), None
    if len(options) < 2 and not values:
        return None
    return Field(
        name=name, label=label, kind="select", values=values, options=(first, *options) if first else options
    )


def _present(words: dict[str, str], has: list[str], values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What the register has, in the vocabulary's order, and what is chosen though it has none."""
    return tuple((key, said) for key, said in words.items() if key in has or key in values)
