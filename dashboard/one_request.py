"""One request as its page shows it: what was asked, what became of it, how long it took, and where each word stands.

Everything is read from the build; nothing here counts or estimates. What is not published says so, and why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.addresses import NO_REFERENCE, recipient_address, reference_words, request_address
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.history_figures import day_of
from dashboard.measures import Scope, measure, scopes
from dashboard.measures.refusals import not_measurable, quoted
from dashboard.store import Store
from dashboard.text import day, join_words, number, plural, shown_difference
from dashboard.vocabulary import (
    CHANGES,
    CLOCKS,
    FIELD_WORDS,
    LEFT_OUT,
    OUTCOMES,
    RECIPIENT_TYPES,
)


MOST_ROWS = 200  # of one table; a reference such as "various" can stand on thousands of rows
LONGEST_IN_HEADLINE = 90  # characters of a name
SEVERITY_WORDS = {"error": "Error", "warning": "Warning", "info": "Note"}
UNNAMED = "an applicant who is not named"
ENDED = ("released", "reuse_permitted", "refused", "not_pursued", "withdrawn", "discontinued")
BASIS_WORDS = {
    "stated": "stated",
    "from_reference": "receipt read from the reference",
    "first_seen": "bounded by the editions that list it",
}
# The dates of each outcome that a reader looks for: one that is not published is said to be so.
LOOKED_FOR = {
    "released": ("approved_date", "released_date"),
    "reuse_permitted": ("reuse_date",),
    "approved": ("approved_date",),
    "refused": ("refused_date",),
    "open": (),
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing published of a request, or that it is not. `note`: its basis, or why there is nothing."""

    label: str
    value: str | None
    note: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Facts under one heading."""

    key: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the row stands that says it last: what a reader needs to find it, or to report an error in it."""

    edition: str
    as_at: date
    file: str
    sheet: str
    row: int
    sha256: str
    address: str
    published: str
    columns: tuple[tuple[str, str], ...]  # heading -> text as published


@dataclass(frozen=True, kw_only=True)
class OneRequest:
    """A request, ready to be drawn."""

    reference: str
    named: bool
    headline: str
    sections: tuple[Section, ...]
    place: Place
    releases: Table | None
    clocks: Table | None
    no_clock: tuple[str, ...]  # sentences: the clocks it cannot be on, and why
    editions: Table
    changes: Table | None
    issues: Table | None
    corrections: Table | None
    notes: tuple[str, ...]
    recipient: str
    still_listed: bool


def find_request(store: Store, filters: Filters) -> OneRequest | None:
    """The request named by `register` and `reference`, of the editions asked; None where they list none such."""
    asked = Filters(
        register=filters.register, reference=filters.reference, edition=filters.edition, known_on=filters.known_on
    )  # fmt: skip
    rows = store.query("request", asked).dicts()
    if not rows:
        return None
    state = rows[0]
    scope = scopes(store, Filters(register=asked.register, edition=asked.edition, known_on=asked.known_on))[0]
    places = store.query("request_places", asked).dicts()
    editions = measure(
        "editions", store, register=asked.register, edition=asked.edition, known_on=asked.known_on
    ).dicts()
    spells = {}
    if any(answerable for answerable, _ in scope.clocks.values()):
        spells = {row["clock"]: row for row in measure("spells", store, filters=asked).dicts()}
    withdrawn = store.query("withdrawn_places", asked).dicts()
    held = {row["edition"]: row for row in editions}
    last = next(p for p in places if p["entry_id"] == state["entry_id"])
    answers = {
        row["field"]: row
        for row in measure("answerability", store, register=asked.register, edition=last["edition"]).dicts()
    }
    current = [p for p in places if not held[p["edition"]]["replaced_by"]] or places
    teller = _Teller(state, last, current, answers, withdrawn)
    reference = str(state["reference"])
    named = reference_words(reference) != NO_REFERENCE
    return OneRequest(
        reference=reference,
        named=named,
        headline=(f"{reference}: " if named else "An entry without a reference: ") + _finding(state, scope, spells),
        sections=_sections(teller, state, asked),
        place=_place(last, held[last["edition"]]),
        releases=_releases(store, asked, state),
        clocks=_clocks(spells, state) if spells else None,
        no_clock=_no_clock(scope, spells),
        editions=_editions(asked, editions, places, withdrawn),
        changes=_changes(store, asked),
        issues=_issues(store, asked),
        corrections=_corrections(store, asked),
        notes=_notes(state, scope, places),
        recipient=state["recipient"] or "",
        still_listed=bool(state["still_listed"]),
    )  # fmt: skip


# --- the finding --------------------------------------------------------------------------------


def _finding(state: Mapping[str, Any], scope: Scope, spells: Mapping[str, Mapping[str, Any]]) -> str:
    """Who asked, what became of it, and how long it took or why that is not known."""
    who = str(shown_difference(state["recipient"], None, LONGEST_IN_HEADLINE)[0] or UNNAMED)
    became = {
        "released": f"data were released to {who}",
        "reuse_permitted": f"{who} was permitted to re-use data already held",
        "approved": f"the {scope.noun} of {who} was approved, and no release is published",
        "refused": f"the {scope.noun} of {who} was refused",
        "not_pursued": f"the {scope.noun} of {who} was not pursued",
        "withdrawn": f"the {scope.noun} of {who} was withdrawn",
        "discontinued": f"the {scope.noun} of {who} was discontinued",
        "open": f"the {scope.noun} of {who} is open",
        "unknown": f"what became of the {scope.noun} of {who} is not published",
    }[state["outcome"]]
    if state["outcome"] == "unknown":
        return became
    clock = "received_to_decision" if state["outcome"] == "approved" else "received_to_outcome"
    spell = spells.get(clock)
    if spell is None and not scope.clocks[clock][0]:
        other = spells.get("approval_to_release")
        if other and other["event"]:
            return f"{became}, {plural(other['days'], 'calendar day')} after approval"
        missing = "it was received" if state["received_date"] is None else "it ended"
        return f"{became}; how long it took is not known, as the register does not publish when {missing}"
    if spell is None:
        return became
    days = _days(spell)
    if days is None:
        return f"{became}; how long it took is not known: {_left_out(spell, state)}"
    if spell["censored"] or (state["outcome"] == "open" and spell["end_high"] is None):
        waited = f"{plural(days, 'calendar day')} after it was received"
        return f"the {scope.noun} of {who} was still open at {day(spell['end_low'])}, {waited}"
    begun = "it was received" if became.startswith(f"the {scope.noun}") else f"the {scope.noun} was received"
    return f"{became}, {plural(days, 'calendar day')} after {begun}"


def _days(spell: Mapping[str, Any]) -> int | None:
    """The calendar days of one case, also of one that no estimate counts as it ended before all were listed."""
    if spell["days"] is not None:
        return int(spell["days"])
    if spell["excluded_rule"] == "before_coverage" and spell["end_low"] and spell["start_low"]:
        return int((spell["end_low"] - spell["start_low"]).days)
    return None


def _left_out(spell: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    if spell["excluded_rule"] == "closed_undated" and state["first_ended"] and state["ended_from"]:
        return f"it ended between {day(state['ended_from'])} and {day(state['first_ended'])}, on a day not published"
    return LEFT_OUT.get(str(spell["excluded_rule"]), str(spell["excluded_rule"]))


def _notes(state: Mapping[str, Any], scope: Scope, places: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    notes = []
    if quoted(scope):
        notes.append("It is listed because others chose to quote it: it says nothing of the usual case.")
    if not state["still_listed"]:
        notes.append(
            f"The edition of {day(scope.as_at)} does not list it; it was last listed in that of "
            f"{day_of(state['last_edition'])}, and is shown as it was then."
        )
    rows = sum(1 for p in places if p["edition"] == state["last_edition"])
    if rows > 1:
        notes.append(
            f"It stands on {number(rows)} rows of the edition of {day_of(state['last_edition'])}; what they say is put "
            "together here."
        )
    return tuple(notes)


# --- facts ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Teller:
    """Says of a field what is published, or why nothing is."""

    state: Mapping[str, Any]
    last: Mapping[str, Any]
    places: Sequence[Mapping[str, Any]]  # the newest first, of files that stand
    answers: Mapping[str, Mapping[str, Any]]
    withdrawn: Sequence[Mapping[str, Any]]

    def fact(self, name: str, *, value: str | None = None, note: str = "", link: str = "") -> Fact:
        held = self.state[name]
        words = value if value is not None else _worded(held)
        said = self._where(name) if words is not None else self.why_nothing(name)
        return Fact(
            label=FIELD_WORDS.get(name, name),
            value=words,
            note=". ".join(w.rstrip(".") for w in (note, said) if w),
            link=link,
        )

    def _where(self, name: str) -> str:
        """That the value stands in an earlier file, where the latest says nothing of it; and how it is known."""
        answer = self.answers.get(name)
        basis = str(answer["words"] or "") if answer and answer["status"] == "inferred" else ""
        if name in self.last and self.last[name] is None:
            older = next((p for p in self.places if p.get(name) is not None), None)
            if older is not None and older["edition"] != self.last["edition"]:
                return f"published in the edition of {day_of(older['edition'])}, and in none since"
        return basis

    def why_nothing(self, name: str) -> str:
        hidden = next(
            (
                w
                for w in self.withdrawn
                if w["field"] == name and (w["edition"], w["sheet"], w["sheet_row"]) == self._at()
            ),
            None,
        )
        if hidden:
            return f"withdrawn on {day(hidden['withdrawn_on'])}: {hidden['reason']}"
        answer = self.answers.get("refused" if name == "refused_date" else name)
        if answer and answer["status"] == "not_published":
            words = str(answer["words"] or "")
            return "" if words.endswith(" is not published.") else words
        if name in (self.last["sheet_fields"] or ()):
            return "the cell is empty"
        return "the sheet has no such column"

    def _at(self) -> tuple[Any, ...]:
        return self.last["edition"], self.last["sheet"], self.last["sheet_row"]


def _worded(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return day(value) if isinstance(value, date) else str(value)


def _sections(tell: _Teller, state: Mapping[str, Any], asked: Filters) -> tuple[Section, ...]:
    register = str(asked.register)
    who = [
        tell.fact(
            "recipient",
            link=recipient_address(register, state["recipient_id"], asked) if state["recipient_id"] else "",
            note=f"published as “{state['published_recipient']}”"
            if state["published_recipient"] and state["published_recipient"] != state["recipient"]
            else "",
        ),
        _type(tell, state),
        *([tell.fact("unit")] if state["unit"] else []),
    ]  # fmt: skip
    classified = [name for name in ("tier", "sensitivity", "identifiability") if state[name] is not None]
    asked_for = [
        tell.fact("title"),
        tell.fact("purpose"),
        tell.fact("dataset"),
        *(tell.fact(name) for name in classified),
        *(
            []
            if classified
            else [
                Fact(
                    label="Classification",
                    value=None,
                    note="no tier, sensitivity or identifiability",
                )
            ]
        ),
        tell.fact("legal_basis"),
        tell.fact("route"),
        *([tell.fact("agreement")] if state["agreement"] else []),
    ]
    outcome = state["outcome"]
    said = state["published_outcome"]
    became = [
        Fact(
            label=FIELD_WORDS["outcome"],
            value=OUTCOMES[outcome] if outcome != "unknown" else None,
            note=f"published as “{said}”"
            if said and said.strip().lower() != OUTCOMES[outcome].lower()
            else ("" if said else "worked out from its dates" if outcome != "unknown" else tell.why_nothing("outcome")),
        ),
        tell.fact(
            "received_date",
            note=BASIS_WORDS["from_reference"]
            if state["received_basis"] == "from_reference" and tell.answers["received_date"]["status"] != "inferred"
            else "",
        ),
    ]  # fmt: skip
    looked_for = LOOKED_FOR.get(outcome, ("closed_date",))
    for name in (
        "approved_date",
        "released_date",
        "reuse_date",
        "refused_date",
        "closed_date",
        "unspecified_date",
    ):
        stated = name != "closed_date" or tell.answers.get(name, {"status": ""})["status"] != "not_published"
        if (state[name] is not None and stated) or name in looked_for:
            became.append(tell.fact(name) if stated else Fact(
                label=FIELD_WORDS[name], value=None, note=tell.why_nothing(name)
            ))  # fmt: skip
    became += [tell.fact("licence_end"), tell.fact("data_held")]
    return (
        Section(key="who", title="Who asked", facts=tuple(who)),
        Section(key="asked", title="What was asked for", facts=tuple(asked_for)),
        Section(key="became", title="What became of it", facts=tuple(became)),
    )


def _type(tell: _Teller, state: Mapping[str, Any]) -> Fact:
    """The recipient type in the terms of this project, and in the publisher's own where they differ."""
    published, words = state["published_type"], RECIPIENT_TYPES[state["recipient_type"]]
    said = f"published as “{published}”" if published else ""
    if state["recipient_type"] == "unknown":
        why = f"{said}, which does not settle it" if published else tell.why_nothing("recipient_type")
        return Fact(label=FIELD_WORDS["recipient_type"], value=None, note=why)
    if published and published.strip().lower() == words.lower():
        said = ""
    elif not published:
        said = "the register gives none; this is a reviewer's"
    return Fact(label=FIELD_WORDS["recipient_type"], value=words, note=said)


def _place(last: Mapping[str, Any], edition: Mapping[str, Any]) -> Place:
    raw = json.loads(last["raw"])
    return Place(
        edition=last["edition"],
        as_at=edition["as_at"],
        file=edition["file"],
        sheet=last["sheet"],
        row=last["sheet_row"],
        sha256=edition["sha256"],
        address=edition["address"] or "",
        published=day(edition["published"]) if edition["published"] else "on a day not stated",
        columns=tuple((str(k), "" if v is None else str(v)) for k, v in raw.items()),
    )


# --- tables ---------------------------------------------------------------------------------------


def _text(*names: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name=name, label=label) for name, label in names)


def _releases(store: Store, asked: Filters, state: Mapping[str, Any]) -> Table | None:
    rows = store.query("request_releases", asked).dicts()
    if not rows or (len(rows) == 1 and rows[0]["reference"] == asked.reference):
        return None
    # What is the same in all of them as in the request stands above once.
    varied = [
        (name, label)
        for name, label in (
            ("recipient", "Recipient"),
            ("dataset", "Dataset"),
            ("legal_basis", "Legal basis"),
        )
        if any(r[name] != state[name] for r in rows)
    ]
    return Table(
        caption=f"{plural(len(rows), 'release')}, each as last published"
        + (f"; the first {number(MOST_ROWS)}" if len(rows) > MOST_ROWS else ""),
        columns=(
            Column(name="reference", label="Release"),
            Column(name="released_date", label="Released", kind="date"),
            *(Column(name=name, label=label) for name, label in varied),
            Column(name="place", label="Place in the file"),
        ),
        rows=tuple(
            (
                reference_words(r["reference"]) + (f" ({r['occurrence']})" if r["occurrence"] > 1 else ""),
                r["released_date"],
                *(_cut(r[name]) for name, _ in varied),
                f"{r['edition']}, {r['sheet']}, row {number(r['sheet_row'])}",
            )
            for r in rows[:MOST_ROWS]
        ),
    )


def _cut(text: str | None, longest: int = 240) -> str | None:
    return shown_difference(text, None, longest)[0]


def _no_clock(scope: Scope, spells: Mapping[str, Any]) -> tuple[str, ...]:
    """A sentence a reason, with the clocks that it stops."""
    stopped: dict[str, list[str]] = {}
    for clock, words in CLOCKS.items():
        if clock not in spells:
            why = (not_measurable(scope, clock) or "").partition(". ")[2]
            stopped.setdefault(why or "Both ends are not published together.", []).append(words)
    return tuple(f"Not known: the time {join_words(clocks)}. {why}" for why, clocks in stopped.items())


def _clocks(spells: Mapping[str, Mapping[str, Any]], state: Mapping[str, Any]) -> Table:
    rows: list[tuple[object, ...]] = []
    for clock, words in CLOCKS.items():
        spell = spells.get(clock)
        if spell is None:
            continue
        begun, ended = spell["start_low"], spell["end_high"]
        if spell["event"]:
            counts = "Counted as ended"
        elif spell["censored"]:
            counts = f"Counted as waiting until {day(spell['end_low'])}" + (
                "" if state["outcome"] in ("open", "approved") else ", when it ended in another way"
            )
            ended = None
        else:
            counts = f"Left out: {_left_out(spell, state)}"
        rows.append(
            (
                words[:1].upper() + words[1:], counts, begun, ended, _days(spell), spell["working_days"],
                BASIS_WORDS.get(spell["basis"] or "", spell["basis"]),
            )
        )  # fmt: skip
    return Table(
        caption="The clocks it is on: days after the day each began",
        columns=(
            Column(name="clock", label="Clock"),
            Column(name="counts", label="How it counts"),
            Column(name="start", label="Began", kind="date"),
            Column(name="end", label="Ended", kind="date"),
            Column(name="days", label="Calendar days", kind="days"),
            Column(name="working_days", label="Working days, England", kind="days"),
            Column(name="basis", label="How the dates are known"),
        ),
        rows=tuple(rows),
        missing="–",
    )


def _editions(
    asked: Filters,
    editions: Sequence[Mapping[str, Any]],
    places: Sequence[Mapping[str, Any]],
    withdrawn: Sequence[Mapping[str, Any]],
) -> Table:
    at: dict[str, list[Mapping[str, Any]]] = {}
    for place in places:
        at.setdefault(place["edition"], []).append(place)
    # Whose a withdrawn row was is not told; that some are, is.
    hiding = {w["edition"] for w in withdrawn if w["column"] is None or w["field"] == "reference"}
    rows: list[tuple[object, ...]] = []
    links: list[str | None] = []
    for edition in reversed(editions):
        name = edition["edition"]
        link = request_address(str(asked.register), str(asked.reference), Filters(register="x", edition=name))
        if edition["withdrawn_on"]:
            reason = str(edition["withdrawn_reason"]).rstrip(".")
            found = [
                (None, None, None, f"The edition was withdrawn on {day(edition['withdrawn_on'])}: {reason}.")
            ]
        elif name not in at:
            words = "Not listed."
            if name in hiding:
                words = "Rows of this edition are withdrawn: whether it listed this one is not told."
            found = [(edition["file"], None, None, words)]
        else:
            words = f"Replaced by the file {edition['replaced_by']}." if edition["replaced_by"] else "Listed."
            found = [
                (edition["file"], p["sheet"], p["sheet_row"], words)
                for p in at[name][: MOST_ROWS // max(1, len(editions)) + 1]
            ]
            if len(at[name]) > len(found):
                found.append(
                    (edition["file"], None, None, f"And on {number(len(at[name]) - len(found))} rows more.")
                )
        for item in found:
            rows.append((day_of(name), *item))
            links.append(link if name in at else None)
    return Table(
        caption="Its row in each edition held, the newest first",
        columns=(
            Column(name="edition", label="Edition as at"),
            Column(name="file", label="File"),
            Column(name="sheet", label="Sheet"),
            Column(name="sheet_row", label="Row", kind="count"),
            Column(name="words", label="What is there"),
        ),
        rows=tuple(rows),
        links=tuple(links),
        missing="–",
    )


def _changes(store: Store, asked: Filters) -> Table | None:
    rows = list(reversed(measure("changes", store, filters=asked).dicts()))
    if not rows:
        return None
    return Table(
        caption=f"{plural(len(rows), 'change')} from one edition to the next, the latest first"
        + (f"; the first {number(MOST_ROWS)}" if len(rows) > MOST_ROWS else ""),
        columns=_text(
            ("edition", "Edition as at"), ("kind", "Kind"), ("field", "What"), ("before", "Before"), ("after", "After")
        ),
        rows=tuple(
            (
                day_of(r["edition"]),
                CHANGES[r["kind"]],
                FIELD_WORDS.get(r["field"] or "", r["field"] or "") or f"The entry {r['reference']}",
                *(_in_words(r["field"], text) for text in shown_difference(r["before"], r["after"])),
            )
            for r in rows[:MOST_ROWS]
        ),
        links=tuple(
            "/changes?" + Filters(register=asked.register, edition=r["edition"]).query() + f"#{r['kind']}"
            for r in rows[:MOST_ROWS]
        ),
        missing="–",
    )  # fmt: skip


def _in_words(field: str | None, text: str | None) -> str | None:
    """A changed value as a reader meets it elsewhere on the page."""
    if text is None:
        return None
    if field == "outcome":
        return OUTCOMES.get(text, text)
    if field and (field.endswith("_date") or field == "licence_end"):
        try:
            return day(date.fromisoformat(text))
        except ValueError:
            return text
    return text


def _issues(store: Store, asked: Filters) -> Table | None:
    rows = store.query("request_issues", asked).dicts()
    if not rows:
        return None
    return Table(
        caption=f"{plural(len(rows), 'data problem')} at its rows"
        + (f"; the first {number(MOST_ROWS)}" if len(rows) > MOST_ROWS else ""),
        columns=_text(
            ("place", "Place in the file"), ("severity", "Severity"), ("words", "What is wrong"),
            ("column", "Column"), ("value", "As published"),
        ),
        rows=tuple(
            (
                f"{r['edition']}, {r['sheet']}, row {number(r['sheet_row'])}", SEVERITY_WORDS[r["severity"]],
                r["words"],
                r["column"] or None, _cut(r["value"]) or None,
            )
            for r in rows[:MOST_ROWS]
        ),
        links=tuple(
            f"/checks?{Filters(register=asked.register, edition=r['edition']).query()}&rule={r['rule']}#issue-rows"
            for r in rows[:MOST_ROWS]
        ),
        missing="–",
    )  # fmt: skip


def _corrections(store: Store, asked: Filters) -> Table | None:
    rows = store.query("request_corrections", asked).dicts()
    if not rows:
        return None
    return Table(
        caption=f"{plural(len(rows), 'reviewed correction')} of its rows",
        columns=_text(
            ("place", "Place in the file"), ("column", "Column"), ("before", "As published"), ("after", "Read as"),
            ("reason", "Why"), ("by", "By"), ("on", "On"),
        ),
        rows=tuple(
            (
                f"{r['edition']}, {r['sheet']}, row {number(r['sheet_row'])}", r["column"], _cut(r["before"]),
                _cut(r["after"]), r["reason"], r["by"], day(r["on"]),
            )
            for r in rows[:MOST_ROWS]
        ),
        missing="–",
    )  # fmt: skip
