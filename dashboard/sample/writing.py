"""The sample as files: each edition a workbook with its notes and its damage, and beside them what is true."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from dashboard.errors import UsageError
from dashboard.sample.damage import (
    HOSTILE,
    STRUCTURAL_WORDS,
    Structural,
    apply_edits,
    plan_changes,
    plan_damage,
    plan_structure,
    visible_requests,
)
from dashboard.sample.editions import (
    CLASSES,
    SYNONYMS,
    TIERS,
    Edit,
    View,
    as_at_dates,
    legacy_views,
    published_date,
    shares_views,
)
from dashboard.sample.ods import Cell, Sheet, write_ods
from dashboard.sample.parquet import write_parquet
from dashboard.sample.record import Key, Record, SampleEdition, Seen, compare, seen
from dashboard.sample.truth import (
    DATASETS,
    DIRECT,
    LEGACY,
    LEGACY_LAST,
    LEGACY_LEGAL_BASES,
    ORGANISATIONS,
    PURPOSES,
    SHARES,
    SHARES_LAST,
    SHARES_LEGAL_BASES,
    TRUTH,
    Drawn,
    TrueRequest,
    draw,
    month_end,
)


NOTICE = "SYNTHETIC SAMPLE DATA — invented, not a real publication"
NOTE = f"{NOTICE}. Every organisation and every figure was made by a program."
LONG_NOTE = (
    f"{NOTE} The table begins on the next row. Figures are those held when the table was prepared and may "
    "not match earlier ones, because entries are corrected and definitions change."
)


def write_sample(
    folder: Path,
    *,
    requests: int = 1200,
    editions: int = 12,
    seed: int = 2017,
    format: Literal["ods", "parquet"] = "ods",
    hostile: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[SampleEdition]:
    """Write the sample under `folder` and return its editions, oldest first within a register.

    The same arguments give the same bytes. There are at most as many editions as quarters in a register's
    period. `format="parquet"` writes the truth as at the last edition, one file a register, without damage:
    it is for measuring speed at sizes no workbook can hold.
    """
    if requests < 1 or editions < 1:
        raise UsageError("The sample needs at least one request and one edition.")
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda message: None)
    if format == "parquet":
        written = write_parquet(folder, requests=requests, seed=seed, say=say)
        _write_truth(folder, Record(), requests=requests, editions=1, seed=seed)
        return written
    record = Record()
    written = []
    for register in (LEGACY, SHARES):
        written += _write_register(folder, register, requests, editions, seed, hostile, record, say)
    _write_truth(folder, record, requests=requests, editions=editions, seed=seed)
    return written


def _write_register(
    folder: Path, register: str, requests: int, editions: int, seed: int, hostile: bool, record: Record,
    say: Callable[[str], None],
) -> list[SampleEdition]:  # fmt: skip
    drawn = draw(requests, seed)
    if hostile:
        drawn = Drawn(
            [*drawn.legacy, *_hostile_requests(LEGACY)],
            [*drawn.shares, *_hostile_requests(SHARES)],
            drawn.regular,
        )
    views: list[list[View]]
    if register == LEGACY:
        as_ats = as_at_dates(LEGACY_LAST, date(2012, 6, 30), editions)
        views = [legacy_views(drawn.legacy, as_at) for as_at in as_ats]
    else:
        as_ats = as_at_dates(SHARES_LAST, date(2018, 6, 30), editions)
        views = [shares_views(drawn, as_at, seed) for as_at in as_ats]

    visible = visible_requests(views, as_ats, seed, drawn)
    hostile_keys = {
        request.reference for request in (*drawn.legacy, *drawn.shares) if request.recipient in HOSTILE
    }
    visible = [seen for seen in visible if seen.key not in hostile_keys]
    rows = sum(len(view.rows) for sheets in views for view in sheets)
    edits = plan_damage(register, visible, rows, seed)
    taken = {edit.key for edit in edits} | hostile_keys
    changes, departures = plan_changes(register, views, as_ats, taken, seed, drawn)
    structure = plan_structure(register, views)
    by_key: dict[str, list[Edit]] = {}
    for edit in (*edits, *changes):
        by_key.setdefault(edit.key, []).append(edit)

    written = []
    before: dict[Key, dict[str, Seen]] = {}
    for index, as_at in enumerate(as_ats):
        gone = {departure.key for departure in departures if departure.first <= index}
        apply_edits(views[index], index, as_at, by_key, gone)
        path = folder / register / as_at.isoformat() / f"{register}_{as_at.isoformat()}.ods"
        path.parent.mkdir(parents=True, exist_ok=True)
        moved = len(as_ats) >= 3 and index == len(as_ats) // 3
        synonyms = register == LEGACY and len(as_ats) >= 3 and index == 2 * len(as_ats) // 3
        hidden = index >= len(as_ats) // 2
        sheets = _sheets(
            register, as_at, views[index], [item for item in structure if item.edition == index], record,
            published=published_date(register, as_at, seed), moved=moved, synonyms=synonyms, hidden=hidden,
            hostile=hostile_keys, taken=taken,
        )  # fmt: skip
        title = f"{_register_title(register)}, as at {_words(as_at)}: {NOTICE}"
        write_ods(path, title=title, sheets=sheets)
        now = seen(views[index])
        if index:
            compare(record, register, as_at, as_ats[index - 1], index, before, now, by_key, gone)
        before = now
        views[index] = []  # large samples need the room
        written.append(SampleEdition(register, as_at, published_date(register, as_at, seed), path))
        say(f"Wrote {path.name}")
    return written


def _hostile_requests(register: str) -> list[TrueRequest]:
    found = []
    for index, text in enumerate(HOSTILE):
        legacy = register == LEGACY
        received = date(2017, 11, 20) if legacy else date(2026, 1, 12)
        found.append(
            TrueRequest(
                register=register,
                # Numbers no ordinary request of a sample of test size reaches.
                reference=f"DR171120.{80 + index}" if legacy else f"DS{99980 + index}",
                received=received,
                closed=received + timedelta(84),
                outcome="released" if legacy else "approved",
                group="Tier 2" if legacy else DIRECT,
                licence_end=month_end(received, 36),
                held_until=month_end(received, 36),
                recipient=text,
                recipient_type="Individual",
                title=text,
                purpose=PURPOSES[0],
                dataset=DATASETS[0],
                sensitivity="C",
                identifiability="3",
                legal_basis=(LEGACY_LEGAL_BASES if legacy else SHARES_LEGAL_BASES)[0],
            )
        )
    return found


def _register_title(register: str) -> str:
    return "National pupil database third-party requests" if register == LEGACY else "External data shares"


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _sheets(
    register: str, as_at: date, views: Sequence[View], structure: Sequence[Structural], record: Record, *,
    published: date, moved: bool, synonyms: bool, hidden: bool, hostile: set[str], taken: set[str],
) -> list[Sheet]:  # fmt: skip
    stated = f" Published: {_words(published)}"

    def top(name: str, headings: Sequence[str]) -> list[list[Cell]]:
        title = f"{_register_title(register)}: {name} — {NOTICE}"
        if not moved:
            return [[title], [NOTE + stated], [], list(headings)]
        record.plant(
            register, as_at, name, 3, None, "header_row_moved", None, STRUCTURAL_WORDS["header_row_moved"]
        )
        return [[title], [LONG_NOTE + stated], list(headings)]

    if register == LEGACY:
        name, heading, meanings = "Tier of data", "Tier", list(TIERS)
    else:
        name, heading, meanings = "Classification of data", "Class", list(CLASSES)
    found = [Sheet(name, [*top(name, (heading, "Description")), *meanings], 2)]

    for view in views:
        headings = [SYNONYMS.get(name, name) if synonyms else name for name, _ in view.columns]
        rows = top(view.name, headings)
        if synonyms:
            for name, heading in zip((name for name, _ in view.columns), headings, strict=True):
                if name != heading:
                    words = STRUCTURAL_WORDS["heading_synonym"]
                    record.plant(
                        register,
                        as_at,
                        view.name,
                        len(rows),
                        heading,
                        "heading_synonym",
                        heading,
                        words,
                        was=name,
                    )
        rules = {item.rule: item.words for item in structure if item.kind == view.kind}

        def plant(
            rule: str, value: Cell, view: View = view, rows: list[list[Cell]] = rows, **more: object
        ) -> None:
            words = STRUCTURAL_WORDS[rule]
            record.plant(register, as_at, view.name, len(rows), None, rule, value, words, **more)

        middle = len(view.rows) // 2
        blank_at = {len(view.rows) // 3, len(view.rows) * 3 // 4}
        # A row that nothing else was done to.
        duplicate = next((row.key for row in view.rows[middle:] if row.key not in taken), None)
        for position, row in enumerate(view.rows):
            if "repeated_header" in rules and position == middle:
                rows.append(list(headings))
                plant("repeated_header", headings[0])
            if "blank_row" in rules and position in blank_at:
                rows.append([])
                plant("blank_row", None)
            rows.append([row.values[name] for _, name in view.columns])
            for column, (_, name) in enumerate(view.columns):
                edit = row.damage.get(name)
                if edit:
                    at = (len(rows), headings[column])
                    record.plant(
                        register, as_at, view.name, *at, edit.rule, edit.value, edit.words, key=row.key
                    )
                if row.key in hostile and name in ("recipient", "title"):
                    words = STRUCTURAL_WORDS["hostile_text"]
                    at = (len(rows), headings[column])
                    text = row.values[name]
                    record.plant(register, as_at, view.name, *at, "hostile_text", text, words, key=row.key)
            if "duplicate_reference" in rules and row.key == duplicate:
                again = {**row.values, "title": f"{row.values['title']} (resubmitted)"}
                rows.append([again[name] for _, name in view.columns])
                plant("duplicate_reference", row.values["reference"], key=row.key)
        if "total_row" in rules:
            rows.append([f"Total: {len(view.rows)}"])
            plant("total_row", rows[-1][0])
        if "end_of_sheet_row" in rules:
            rows.append(["End of sheet"])
            plant("end_of_sheet_row", "End of sheet")
        found.append(Sheet(view.name, rows, len(view.columns)))
    if hidden:
        lists: list[list[Cell]] = [[kind] for kind in ("Organisation type", *ORGANISATIONS)]
        found.append(Sheet("Lookups", lists, 1, hidden=True))
        words = STRUCTURAL_WORDS["hidden_sheet"]
        record.plant(register, as_at, "Lookups", None, None, "hidden_sheet", None, words)
    return found


def _write_truth(folder: Path, record: Record, *, requests: int, editions: int, seed: int) -> None:
    truth = {
        "notice": NOTICE,
        "requests": requests,
        "editions": editions,
        "seed": seed,
        "truth": {name: _jsonable(value) for name, value in vars(TRUTH).items()},
        "damage": record.damage,
        "changes": record.changes,
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "sample-truth.json").write_text(text + "\n", encoding="utf-8")


def _jsonable(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value
