"""`aliases`: print, edit, save, build; and names that others wrote change nothing on the way."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dashboard.recipients import COLUMNS
from dashboard.sample.truth import ORGANISATIONS, variants
from dashboard.settings import CHECKOUT
from dashboard.vocabulary import RELATIONS
from tests.integration.conftest import LEGACY, SHARES, Run
from tests.support.tiny import write_tiny


HOW_TO = (CHECKOUT / "docs" / "how-to-review-recipients.md").read_text("utf-8")


def tiny(folder: Path, run: Run, *names: str) -> None:
    """A built register of one release for each name."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [f"R{n}", name, f"2020-01-{n:02}"] for n, name in enumerate(names, 1)
    )
    assert run("--data", folder, "add", "tiny", write_tiny(folder, out.getvalue())).code == 0
    build(folder, run)


def build(folder: Path, run: Run) -> None:
    ran = run("--data", folder, "build")
    assert ran.code == 0, ran.err


def printed(folder: Path, run: Run, *options: str) -> list[dict[str, str]]:
    ran = run("--data", folder, "aliases", "--register", "tiny", "--format", "csv", *options)
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out)))


def save(folder: Path, rows: list[dict[str, str]]) -> None:
    path = folder / "reference" / "recipients_mine.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def decide(row: dict[str, str], relation: str) -> dict[str, str]:
    return {**row, "relation": relation, "reviewer": "A person", "date": "2020-02-01"}


def counted(folder: Path, run: Run) -> dict[str, int]:
    ran = run(
        "--data",
        folder,
        "measure",
        "top-recipients",
        "--limit",
        "99",
        "--register",
        "tiny",
        "--format",
        "json",
    )
    return {row["recipient"]: row["releases"] for row in json.loads(ran.out)["rows"]}


def test_print_edit_save_build(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    tiny(
        folder,
        run,
        "Larkmere Ltd",
        "Larkmere Limited",
        "Larkmere Ltd",
        "Unit of Ash",
        "Unit of Ash, Dale Wing",
    )
    before = counted(folder, run)
    rows = printed(folder, run)
    assert list(rows[0])[: len(COLUMNS)] == list(COLUMNS)
    assert [(r["alias"], r["recipient"]) for r in rows] == [
        ("Larkmere Limited", "Larkmere Ltd"),
        ("Unit of Ash", "Unit of Ash, Dale Wing"),
    ]
    assert {(r["register"], r["relation"], r["reviewer"], r["date"]) for r in rows} == {("tiny", "", "", "")}
    assert (rows[0]["alias_requests"], rows[0]["recipient_requests"]) == ("1", "2")
    assert (rows[0]["recipient_first_year"], rows[0]["recipient_registers"]) == ("2020", "tiny")
    limited = run("--data", folder, "aliases", "--register", "tiny", "--limit", "1")
    assert "1 pair to review among 4 recipients; 1 more with a larger --limit" in limited.err
    assert counted(folder, run) == before  # nothing merges by itself
    part = {**rows[1], "alias": rows[1]["recipient"], "recipient": rows[1]["alias"]}
    save(folder, [decide(rows[0], "same"), decide(part, "part_of")])
    assert printed(folder, run) == []  # the files as they are, before any build
    build(folder, run)
    assert counted(folder, run) == {"Larkmere Ltd": 3, "Unit of Ash": 1, "Unit of Ash, Dale Wing": 1}
    assert printed(folder, run) == []
    names = json.loads(
        run("--data", folder, "measure", "recipient-names", "--register", "tiny", "--format", "json").out
    )["rows"]
    told = {r["published_name"]: (r["relation"], r["reason"], r["parent_recipient"]) for r in names}
    assert told["Larkmere Limited"] == ("same", rows[0]["reason"], None)
    assert told["Unit of Ash, Dale Wing"] == ("part_of", rows[1]["reason"], "Unit of Ash")


def test_a_pair_that_a_person_refused_is_never_suggested_again(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    tiny(
        folder,
        run,
        "Herefordshire Council",
        "Hertfordshire Council",
        "University of Exeter",
        "University of Essex",
    )
    (row,) = printed(folder, run, "--threshold", "0")
    save(folder, [decide(row, "different")])
    assert printed(folder, run, "--threshold", "0") == []
    build(folder, run)
    assert set(counted(folder, run).values()) == {1}


def test_one_request_under_two_names_is_a_reason(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    names = ["Dale Clinic", "Ashford Infirmary", "Larkmere Ltd"]
    rows = "".join(f"R{n // 2},{name},2020-01-0{n + 1}\n" for n, name in enumerate(names))
    assert run("--data", folder, "add", "tiny", write_tiny(folder, rows)).code == 0
    build(folder, run)
    (row,) = printed(folder, run)
    assert {row["alias"], row["recipient"]} == set(names[:2])
    assert row["reason"] == "Request R0 stands under both names."
    save(folder, [decide(row, "different")])
    assert printed(folder, run) == []
    save(folder, [decide(row, "same")])
    build(folder, run)
    assert printed(folder, run) == []


def test_rows_not_decided_stop_the_build_with_their_place(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    tiny(folder, run, "Larkmere Ltd", "Larkmere Limited")
    before = counted(folder, run)
    save(folder, printed(folder, run))
    ran = run("--data", folder, "build")
    assert ran.code == 1
    for words in ("recipients_mine.csv: row 2: column 'relation'", "nothing was decided", "remove the row"):
        assert words in ran.err
    assert counted(folder, run) == before


HOSTILE = [
    "=HYPERLINK(“x”)", "'=cmd|calc", "''@SUM(1)", "+44 Ltd", "-Dash", "@at", "<b>Bold</b>", 'Quote "d", and comma',
    "\x1b[31mRed\u202e", "O'Neill Ltd", "'Quoted' Ltd",
]  # fmt: skip


def test_no_name_changes_between_printing_and_building(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    tiny(
        folder, run, *(spelt for name in HOSTILE for spelt in (name, f"{name} (known as Alias {name[-2:]}X)"))
    )
    rows = printed(folder, run, "--threshold", "0")
    published = set(counted(folder, run))
    assert len(rows) >= len(HOSTILE)
    for row in rows:
        assert not any(v.startswith(("=", "+", "-", "@", "\t", "\r")) for v in row.values())
    mine = [decide(r, "same") for r in rows if "(known as" in (r["alias"] + r["recipient"])]
    kept = {frozenset((r["alias"].split(" (known")[0], r["recipient"].split(" (known")[0])): r for r in mine}
    save(folder, [r for pair, r in kept.items() if len(pair) == 1])
    build(folder, run)
    after = counted(folder, run)
    assert len(kept) >= len(HOSTILE) - 1
    assert set(after) < published  # merged into names as published, to the letter
    assert sum(after.values()) == 2 * len(HOSTILE)
    table = run("--data", folder, "aliases", "--threshold", "0")
    assert all(c.isprintable() or c == "\n" for c in table.out + table.err)


def test_planted_aliases_are_found_when_nobody_has_reviewed_them(data: Path, run: Run) -> None:
    assert "0 pairs" in run("--data", data, "aliases", "--register", SHARES).err  # the sample comes reviewed
    (data / "reference").mkdir(exist_ok=True)
    (data / "reference" / "recipients_sample.csv").write_text(",".join(COLUMNS) + "\n", "utf-8")
    build(data, run)
    found = []
    for register in (LEGACY, SHARES):
        ran = run("--data", data, "aliases", "--register", register, "--format", "json")
        rows = json.loads(ran.out)["rows"]
        assert [r["score"] for r in rows] == sorted((r["score"] for r in rows), reverse=True)
        found += [(r["alias"], r["recipient"]) for r in rows]
    true = {
        frozenset((text, name))
        for names in ORGANISATIONS.values()
        for name in names
        for text in (name, *variants(name).values())
    }
    assert len(found) >= 2
    assert {frozenset(pair) for pair in found} <= true


def test_an_alias_that_nobody_publishes_is_named(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    tiny(folder, run, "Larkmere Ltd", "Larkmere Limited")
    (row,) = printed(folder, run)
    save(folder, [decide({**row, "alias": "Larkmeer Limited"}, "same")])
    ran = run("--data", folder, "aliases", "--register", "tiny")
    assert "1 reviewed alias that no register here publishes" in ran.err
    assert "recipients_mine.csv: row 2" in ran.err


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("relation", "sames", "'sames' is not a relation"),
        ("relation", "", "nothing was decided"),
        ("type", "universty", "'universty' is not a recipient type"),
        ("reason", "", "it is empty"),
        ("reviewer", " ", "it is empty"),
        ("date", "", "it is empty"),
        ("date", "1 Feb 2020", "'1 Feb 2020' is not a day"),
        ("from", "2020-02-30", "'2020-02-30' is not a day"),
        ("to", "2019-01-01", "is before 2020-01-01"),
        ("override", "maybe", "'maybe' is not understood"),
        ("override", "yes", "there is no type"),
        ("alias", "", "it is empty"),
        ("recipient", "…", None),
        ("recipient", "\u200b", "it is empty"),
    ],
)
def test_a_row_that_cannot_be_read(
    column: str, value: str, words: str | None, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    row = {
        **dict.fromkeys((*COLUMNS, "from", "to", "override"), ""),
        "alias": "A",
        "recipient": "B",
        "reason": "r",
    }
    row |= {"relation": "same", "reviewer": "w", "date": "2020-02-01"}
    row |= {"from": "2020-01-01"} if column == "to" else {}
    save(folder, [{**row, column: value}])
    ran = run("--data", folder, "build")
    if words is None:  # odd, and a name
        assert ran.code == 0, ran.err
        return
    assert ran.code == 1
    assert f"recipients_mine.csv: row 2: column '{column}': " in ran.err
    assert words in ran.err
    assert "Next: " in ran.err


def test_an_old_file_is_refused_and_says_what_is_missing(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    (folder / "reference").mkdir(parents=True)
    (folder / "reference" / "recipients_phe.csv").write_text(
        "register,published_name,recipient,recipient_type,reason\n", "utf-8"
    )
    ran = run("--data", folder, "build")
    assert ran.code == 1
    assert "recipients_phe.csv: row 1: there is no column 'alias'" in ran.err


def test_the_how_to_says_what_is_so(tmp_path: Path, run: Run) -> None:
    rows = [line.split("|")[1].strip() for line in HOW_TO.splitlines() if line.startswith("| `")]
    named = [word.strip("`") for row in rows for word in row.split(", ")]
    assert named[:11] == [*COLUMNS, "from", "to", "override"]
    assert named[11:] == list(RELATIONS)
    folder = tmp_path / "data"
    tiny(folder, run, "Larkmere Ltd", "Larkmere Limited")
    commands = [line.split() for line in HOW_TO.splitlines() if line.startswith("access-review ")]
    assert len(commands) == 5
    for words in commands:
        arguments = words[1 : words.index(">") if ">" in words else None]
        ran = run("--data", folder, *("tiny" if a == "R" else a for a in arguments))
        assert ran.code == 0, (words, ran.err)
