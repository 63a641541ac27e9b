"""A review proved: verified from its manifest, signed once, compared with the one before, and caught when changed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import reports
from dashboard.cli import main
from dashboard.editions import add_edition
from dashboard.files import sha256_of
from dashboard.filters import make_filters
from dashboard.ledger import NOT_TRACED, recompute, says
from dashboard.measures import measure
from dashboard.registers import load_registers
from dashboard.reports.verify import Verdict, inspect, plain_text, table_rows, verify
from dashboard.review import Review, choose
from dashboard.reviews import earlier_review, open_review
from dashboard.sample import LEGACY, SampleEdition, write_sample
from dashboard.settings import CHECKOUT, Settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.support.warehouse import add_files


COMMENTARY = "The panel met **monthly** in 2017.\n"


@dataclass(frozen=True)
class Proved:
    """A data folder with two reviews in a row, the second with commentary."""

    settings: Settings
    editions: tuple[SampleEdition, ...]
    before: Path  # of April 2017
    folder: Path  # of April 2018

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return found


def data_folder(base: Path, editions: tuple[SampleEdition, ...]) -> Settings:
    settings = add_files(
        base / "data", LEGACY, *(e.path for e in editions), published=[e.published for e in editions]
    )
    commentary = settings.data / "commentary" / "2018"
    commentary.mkdir(parents=True)
    (commentary / "access-arrangements.md").write_text(COMMENTARY, "utf-8")
    build(settings)
    return settings


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Proved:
    base = tmp_path_factory.mktemp("proved")
    editions = tuple(e for e in write_sample(base / "workbooks", requests=300) if e.register == LEGACY)
    settings = data_folder(base, editions)
    before = reports.render_april_review(settings, year=2017)
    return Proved(settings, editions, before, reports.render_april_review(settings, year=2018))


@pytest.fixture
def copy(proved: Proved, tmp_path: Path) -> Proved:
    """The same in a folder of one's own, to be changed."""
    data = tmp_path / "data"
    shutil.copytree(proved.settings.data, data)
    folder, before = (data / f.relative_to(proved.settings.data) for f in (proved.folder, proved.before))
    return Proved(Settings(data=data, shipped=proved.settings.shipped), proved.editions, before, folder)


def edit_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    manifest = {**json.loads(path.read_text("utf-8")), **changes}
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")


def edit(folder: Path, name: str, before: str, after: str) -> None:
    """Change a file of a review and, as one who knows how it is made would, its hash in the manifest."""
    path = folder / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    edit_manifest(folder, files={**manifest["files"], name: sha256_of(path)})


def repack(folder: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Pack the spreadsheet anew, its parts changed, and mend its hash in the manifest."""
    path = folder / "tables.ods"
    with zipfile.ZipFile(path) as packed:
        parts = [(p, change(p.filename, packed.read(p))) for p in packed.infolist()]
    with zipfile.ZipFile(path, "w") as packed:
        for part, content in parts:
            packed.writestr(part.filename, content, compress_type=zipfile.ZIP_STORED)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    edit_manifest(folder, files={**manifest["files"], "tables.ods": sha256_of(path)})


def bad(verdict: Verdict) -> dict[tuple[str, str], str]:
    return {(f.check, f.thing): f.words for f in verdict.bad}


# --- verify -----------------------------------------------------------------------------------------


def test_a_review_copied_elsewhere_is_verified_from_its_manifest(
    proved: Proved, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / proved.folder.name
    shutil.copytree(proved.folder, elsewhere)
    left = sorted(p.as_posix() for p in proved.settings.data.rglob("*"))
    command = ["--data", str(proved.settings.data), "verify", str(elsewhere), "--format", "json"]
    assert main(command) == 0, capsys.readouterr()
    said = json.loads(capsys.readouterr().out)
    assert (said["verified"], said["compared"], said["state"]) == (True, "rendered", "draft")
    assert {r["status"] for r in said["rows"]} <= {"agrees", "not compared"}
    quoted = len(proved.manifest["figures"])
    assert quoted > 60
    assert f"{quoted} figures quoted, each the same" in json.dumps(said)
    assert [r["words"] for r in said["rows"] if r["check"] == "report"][:2] == [
        "report.html is the same byte for byte when rendered again",
        "april_review.ipynb is the same byte for byte when rendered again",
    ]
    assert sorted(p.as_posix() for p in proved.settings.data.rglob("*")) == left, "verify wrote something"


def test_every_thing_that_was_tampered_with_is_named(
    copy: Proved, capsys: pytest.CaptureFixture[str]
) -> None:
    """By one who also mended the hashes: only the report made again can tell."""
    manifest = copy.manifest
    place, figure = next(
        (n, f) for n, f in enumerate(manifest["figures"]) if f["section"] == "volumes" and f["how"] == "cell"
    )
    manifest["figures"][place] = {**figure, "value": 7_654}
    edit_manifest(copy.folder, figures=manifest["figures"])
    edit(copy.folder, "report.html", ">The panel met", ">The panel never met")
    name = "tables/volumes.csv"
    edit(copy.folder, name, "\n2016-01-01", "\n2016-01-02")
    repack(copy.folder, lambda part, content: content.replace(b"2016-01-01", b"2016-01-02", 1))
    assert main(["--data", str(copy.settings.data), "verify", str(copy.folder)]) == 1
    said = capsys.readouterr()
    assert "4 things did not agree" in said.err
    assert "report tables.ods\n  rendered again it differs in its part content.xml" in said.out
    assert figure["sentence"] in said.out
    assert "recorded: 7654" in said.out
    assert f"now:      {figure['value']}" in said.out
    assert "report report.html" in said.out
    assert "never met" in said.out
    assert f"table {name}" in said.out
    assert "NOT VERIFIED" in said.out
    assert "Traceback" not in said.err


def test_edited_missing_and_added_files_are_named(copy: Proved) -> None:
    (copy.folder / "report.html").write_text("other words", "utf-8")
    (copy.folder / "tables" / "editions.csv").unlink()
    (copy.folder / "report (2).html").write_text("a copy", "utf-8")
    found = {f.thing: f.status for f in inspect(copy.settings, copy.folder).of("file")}
    assert found == {
        "report.html": "differs",
        "tables/editions.csv": "gone",
        "report (2).html": "extra",
    }


def test_parameters_that_were_edited_no_longer_give_the_renders_name(copy: Proved) -> None:
    edit_manifest(copy.folder, parameters={**copy.manifest["parameters"], "year": 2017})
    found = bad(verify(copy.settings, copy.folder))
    assert ("manifest", "render") in found
    assert ("manifest", "folder") in found


def test_a_build_that_holds_other_rows_is_named_with_the_figures_it_changes(copy: Proved) -> None:
    path = copy.settings.builds / f"{copy.manifest['build']}.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("update staging.editions set published = published + 1")
    verdict = verify(copy.settings, copy.folder)
    assert ("build", f"{path.name} staging.editions") in bad(verdict)
    assert verdict.again == "asked"
    figures = [f for f in verdict.bad if f.check == "figure"]
    assert figures
    assert all(f.recorded != f.now for f in figures)
    assert any("published" in f.thing for f in figures)


def test_what_went_in_and_is_gone_or_edited_is_named(copy: Proved) -> None:
    last = copy.manifest["editions"][-1]
    edition = copy.settings.editions / LEGACY / last["edition"] / last["file"]
    edition.write_bytes(edition.read_bytes() + b" ")
    first = copy.manifest["editions"][0]
    shutil.rmtree(copy.settings.editions / LEGACY / first["edition"])
    commentary = copy.settings.data / "commentary" / "2018" / "access-arrangements.md"
    commentary.write_text("Other words.", "utf-8")
    shutil.rmtree(copy.before)
    (copy.settings.builds / f"{copy.manifest['build']}.json").unlink()
    found = {(f.check, f.thing): f.status for f in inspect(copy.settings, copy.folder).bad}
    assert found == {
        ("edition", f"{LEGACY} {last['edition']} {last['file']}"): "differs",
        ("edition", f"{LEGACY} {first['edition']} {first['file']}"): "gone",
        ("inputs", "commentary/2018/access-arrangements.md"): "differs",
        ("inputs", f"reviews/april-review/2017/{copy.before.name}/manifest.json"): "gone",
        ("build", f"{copy.manifest['build']}.json"): "gone",
    }
    (copy.settings.builds / f"{copy.manifest['build']}.duckdb").unlink()
    verdict = verify(copy.settings, copy.folder)
    assert ("build", copy.manifest["build"]) in bad(verdict)
    assert bad(verdict)["figure", ""] == "no figure can be asked again without the build"


def test_commentary_written_since_is_no_part_of_a_review(copy: Proved) -> None:
    (copy.settings.data / "commentary" / "2018" / "volumes.md").write_text("Later words.", "utf-8")
    repack(copy.folder, lambda _, content: content)  # nor is how a spreadsheet is packed
    verdict = verify(copy.settings, copy.folder)
    assert verdict.agrees, verdict.bad
    assert verdict.again == "rendered"


def test_other_code_is_said_and_its_figures_are_asked_again(
    copy: Proved, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dashboard.reports.verify.code_hash", lambda _: "another")
    verdict = verify(copy.settings, copy.folder)
    assert verdict.agrees, verdict.bad
    assert verdict.again == "asked"
    assert "rendered by other code of access-review " in verdict.of("code")[0].words
    assert "given by today's measures" in verdict.of("figure")[0].words
    assert re.match(r"\d\d tables given byte for byte", verdict.of("table")[0].words)
    # and what does not agree is named as well as by a render
    manifest = copy.manifest
    place, figure = next(
        (n, f) for n, f in enumerate(manifest["figures"]) if f["section"] == "volumes" and f["how"] == "cell"
    )
    manifest["figures"][place] = {**figure, "value": 7_654, "words": "7,654"}
    edit_manifest(copy.folder, figures=manifest["figures"])
    html = (copy.folder / "report.html").read_text("utf-8")
    once = next(f["sentence"] for f in manifest["figures"] if html.count(f["sentence"]) == 1)
    edit(copy.folder, "report.html", once, "Another finding")
    assert main(["--data", str(copy.settings.data), "verify", str(copy.folder), "--format", "json"]) == 1
    rows = [r for r in json.loads(capsys.readouterr().out)["rows"] if r["status"] == "differs"]
    assert [(r["check"], r["recorded"], r["now"]) for r in rows if r["check"] == "figure"] == [
        ("figure", "7654", str(figure["value"]))
    ]
    assert [r["thing"] for r in rows if r["check"] == "report"] == [f"“{once}”"]


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (None, "there is no manifest.json in it"),
        ("{", "it is not the JSON that a render writes"),
        ("[]", "it is not the JSON that a render writes"),
        ('{"year": 2018}', "is not the manifest of a review: 'report' is not there"),
    ],
)
def test_what_is_no_review_is_said(
    proved: Proved, tmp_path: Path, manifest: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "review"
    folder.mkdir()
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest, "utf-8")
    for command in (["verify", str(folder)], ["sign", str(folder), "--name", "A", "--role", "B"]):
        assert main(["--data", str(proved.settings.data), *command]) == 1
        said = capsys.readouterr().err
        assert words in said
        assert "Next:" in said
    assert not (folder / "signature.json").exists()


def test_a_manifest_that_names_files_elsewhere_reads_none_of_them(copy: Proved) -> None:
    outside = copy.settings.data.parent / "secret.txt"
    outside.write_text("not for anybody", "utf-8")
    manifest = copy.manifest
    edit_manifest(
        copy.folder,
        files={**manifest["files"], "../../../../../secret.txt": sha256_of(outside)},
        inputs={**manifest["inputs"], "../secret.txt": sha256_of(outside)},
        editions=[{**manifest["editions"][0], "file": "../../../../secret.txt"}],
    )
    found = {(f.check, f.thing): f.status for f in inspect(copy.settings, copy.folder).bad}
    assert found["file", "../../../../../secret.txt"] == "gone"
    assert found["inputs", "../secret.txt"] == "gone"
    assert [s for (check, _), s in found.items() if check == "edition"] == ["gone"]


def test_each_figures_words_say_its_value(proved: Proved) -> None:
    figures = [
        f for folder in (proved.before, proved.folder) for f in open_review(folder).manifest["figures"]
    ]
    assert [f for f in figures if not says(f)] == []
    assert not says({"words": "12", "value": 13})
    assert not says({"words": "12%", "value": 0.131})
    assert not says({"words": "4 July 2018", "value": "2018-07-05"})


# --- the same again ---------------------------------------------------------------------------------


def test_the_same_build_gives_the_same_bytes_in_another_data_folder(proved: Proved, tmp_path: Path) -> None:
    settings = data_folder(tmp_path, proved.editions)
    made = reports.render_april_review(settings, year=2017)
    assert made.parts[-3:] == proved.before.parts[-3:]
    files = [p.relative_to(made) for p in made.rglob("*") if p.is_file() and p.name != "times.json"]
    assert len(files) > 15
    for path in files:
        assert (made / path).read_bytes() == (proved.before / path).read_bytes(), path


# --- sign -------------------------------------------------------------------------------------------


def sign(settings: Settings, folder: Path, name: str = "A. Reader", role: str = "Head of Profession") -> int:
    return main(["--data", str(settings.data), "sign", str(folder), "--name", name, "--role", role])


def test_a_signature_is_over_the_manifest_and_a_change_afterwards_breaks_it(
    copy: Proved, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign(copy.settings, copy.folder) == 0
    signature = json.loads((copy.folder / "signature.json").read_text("utf-8"))
    assert signature["manifest_sha256"] == sha256_of(copy.folder / "manifest.json")
    assert (signature["name"], signature["role"]) == ("A. Reader", "Head of Profession")
    assert "a change to any of them breaks this signature" in signature["what"]
    assert open_review(copy.folder).state == "signed"
    capsys.readouterr()
    written = (copy.folder / "signature.json").read_bytes()
    assert sign(copy.settings, copy.folder) == 0
    assert "already; nothing changed" in capsys.readouterr().out
    assert sign(copy.settings, copy.folder, name="Another") == 1
    assert "is signed already, by A. Reader, Head of Profession" in capsys.readouterr().err
    assert (copy.folder / "signature.json").read_bytes() == written
    # the same render again finds it and leaves it as it is
    assert reports.render_april_review(copy.settings, year=2018) == copy.folder
    assert not bad(inspect(copy.settings, copy.folder))

    with (copy.folder / "tables" / "volumes.csv").open("a") as file:
        file.write("2099-01-01\n")
    found = bad(inspect(copy.settings, copy.folder))
    assert set(found) == {("file", "tables/volumes.csv"), ("signature", "files")}
    assert open_review(copy.folder).state == "broken"
    assert sign(copy.settings, copy.folder) == 1
    assert "the signature is broken" in capsys.readouterr().err
    assert main(["--data", str(copy.settings.data), "status"]) == 0
    assert f"{copy.folder.name} was changed after it was signed" in capsys.readouterr().out


def test_a_manifest_edited_after_signing_breaks_the_signature(copy: Proved) -> None:
    assert sign(copy.settings, copy.folder) == 0
    figures = copy.manifest["figures"]
    edit_manifest(copy.folder, figures=figures[1:])
    found = bad(inspect(copy.settings, copy.folder))
    assert found == {("signature", "manifest.json"): "the manifest is not the one that was signed"}


def test_what_does_not_agree_is_not_signed(copy: Proved, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(copy.settings.editions / LEGACY / copy.manifest["editions"][0]["edition"])
    assert sign(copy.settings, copy.folder) == 1
    assert "is not what its manifest says" in capsys.readouterr().err
    for name, role in (("", "B"), ("A", " "), ("A\nB", "C"), ("A" * 201, "B"), ("A\x1b[2J", "B")):
        assert sign(copy.settings, copy.folder, name, role) == 2
    assert not (copy.folder / "signature.json").exists()


def test_a_later_signed_review_supersedes_and_a_draft_does_not(
    copy: Proved, capsys: pytest.CaptureFixture[str]
) -> None:
    from dashboard.reviews import list_reviews, superseded_by, supersedes

    assert sign(copy.settings, copy.folder) == 0
    (copy.settings.data / "commentary" / "2018" / "volumes.md").write_text("A word more.", "utf-8")
    later = reports.render_april_review(copy.settings, year=2018)
    assert later != copy.folder
    times = json.loads((later / "times.json").read_text("utf-8"))
    (later / "times.json").write_text(json.dumps({**times, "started": "2099-01-01T00:00:00+00:00"}), "utf-8")
    shown = list_reviews(copy.settings)
    assert superseded_by(open_review(copy.folder), shown) is None
    capsys.readouterr()
    assert sign(copy.settings, later) == 0
    assert f"supersedes april-review/2018/{copy.folder.name}, signed by A. Reader" in capsys.readouterr().out
    shown = list_reviews(copy.settings)
    first, second = open_review(copy.folder), open_review(later)
    assert superseded_by(first, shown) == second
    assert supersedes(second, shown) == [first]
    assert superseded_by(second, shown) is None
    assert first.state == "signed", "the earlier one is not touched"
    # what is superseded is not signed any more, were it a draft
    (copy.folder / "signature.json").unlink()
    assert sign(copy.settings, copy.folder) == 1
    assert "is superseded" in capsys.readouterr().err


def test_the_build_of_a_signed_review_elsewhere_is_kept(
    copy: Proved, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.warehouse import publish

    monkeypatch.setattr(publish, "KEPT", 0)
    elsewhere = tmp_path / "elsewhere" / copy.folder.name
    shutil.copytree(copy.folder, elsewhere)
    assert sign(copy.settings, elsewhere) == 0
    shutil.rmtree(copy.folder)
    shutil.rmtree(copy.before)
    (copy.settings.builds / "CURRENT").unlink()
    [held] = publish.holdings(copy.settings)
    assert held.why == (f"signed review {elsewhere}",)
    assert publish.prune(copy.settings) == []
    capsys.readouterr()
    assert main(["--data", str(copy.settings.data), "prune", "--dry-run", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["stays"] is True
    (copy.settings.builds / "KEEP").unlink()
    assert main(["--data", str(copy.settings.data), "prune", "--dry-run"]) == 0
    assert "goes: nothing needs it" in capsys.readouterr().out
    assert main(["--data", str(copy.settings.data), "prune"]) == 0
    assert "1 build removed" in capsys.readouterr().err
    assert not list(copy.settings.builds.glob("*.duckdb"))
    assert len(list((copy.settings.editions / LEGACY).iterdir())) == len(copy.editions)


# --- since last April -------------------------------------------------------------------------------


@pytest.fixture
def compared(proved: Proved) -> Iterator[Review]:
    with Store(proved.settings) as store:
        earlier = earlier_review(proved.settings, year=2018, register=LEGACY)
        assert earlier is not None
        assert earlier.folder == proved.before
        yield Review.begin(store, choose(store, year=2018), earlier=earlier)


def test_the_review_names_the_one_it_is_compared_with(proved: Proved) -> None:
    text = plain_text((proved.folder / "report.html").read_text("utf-8"))
    assert f"Compared with the review of April 2017, render {proved.before.name} from build" in text
    assert proved.manifest["inputs"][
        f"reviews/april-review/2017/{proved.before.name}/manifest.json"
    ] == sha256_of(proved.before / "manifest.json")
    first = plain_text((proved.before / "report.html").read_text("utf-8"))
    assert "No review of April 2016 is held here" in first
    assert not [n for n in open_review(proved.before).manifest["inputs"] if n.startswith("reviews/")]


def test_every_figure_about_what_changed_is_traced(proved: Proved) -> None:
    review = open_review(proved.folder)
    figures = [f for f in review.manifest["figures"] if f["section"] == "changes"]
    assert len([f for f in figures if f.get("table")]) >= 2
    with Store(proved.settings) as store:
        for figure in figures:
            assert figure["how"] != NOT_TRACED, figure
            if figure.get("table"):
                rows = table_rows(review, figure["table"])
            else:
                again = measure(figure["measure"], store, filters=make_filters(**figure["filters"]))
                rows = json.loads(again.json())["rows"]
            assert recompute(figure, rows) == pytest.approx(figure["value"]), figure


def test_entries_are_counted_as_changes_counts_them(proved: Proved) -> None:
    review = open_review(proved.folder)
    rows = table_rows(review, "tables/changes-since-last-april.csv")
    assert {str(r["known_from"])[:4] for r in rows} <= {"2017", "2018"}
    assert min(str(r["known_from"]) for r in rows) > "2017-04-30"
    added = sum(r["kind"] == "added" for r in rows)
    assert added
    assert f"After 30 April 2017: {added} entr" in plain_text(
        (proved.folder / "report.html").read_text("utf-8")
    )


def test_figures_that_moved_are_those_that_another_answer_is_given_to(proved: Proved) -> None:
    review = open_review(proved.folder)
    then = {f["sentence"] for f in open_review(proved.before).manifest["figures"]}
    rows = table_rows(review, "tables/figures-of-last-april.csv")
    assert len(rows) > 20
    assert {r["sentence"] for r in rows} <= then
    moved = [r for r in rows if r["moved"] == "yes"]
    assert moved
    assert all(r["then"] != r["now"] and r["why"] == "later editions" for r in moved)
    assert all(r["then"] == pytest.approx(r["now"], abs=0.01) for r in rows if r["moved"] == "no")
    text = plain_text((proved.folder / "report.html").read_text("utf-8"))
    assert f"{len(moved)} of the {len(rows)} figures that the review of April 2017 gave" in text


def test_reasons_name_corrections_names_and_replaced_editions_that_are_new(copy: Proved) -> None:
    """A name reviewed, a cell corrected and a file replaced after last April's review was rendered."""
    settings = copy.settings
    (settings.data / "reference").mkdir(exist_ok=True)
    known = {"register": LEGACY, "known_on": date(2018, 4, 30)}
    with Store(settings) as store:
        names = measure("top-recipients", store, **known).column("recipient")[:2]
    (settings.data / "reference" / "recipients_mine.csv").write_text(
        "register,alias,recipient,type,relation,reason,reviewer,date\n"
        f"{LEGACY},{names[1]},{names[0]},,same,They are one.,A person,2018-02-01\n",
        "utf-8",
    )
    replaced, later = (e for e in copy.editions if str(e.as_at) in ("2017-09-30", "2017-12-31"))
    other = shutil.copyfile(later.path, settings.data.parent / "again.ods")
    add_edition(
        settings,
        load_registers(settings)[LEGACY],
        other,
        as_at=replaced.as_at,
        published=date(2018, 2, 2),
        replaces=True,
    )
    build(settings)
    with Store(settings) as store:
        earlier = earlier_review(settings, year=2018, register=LEGACY)
        review = Review.begin(store, choose(store, year=2018), earlier=earlier)
        said = plain_text(review.changes().html)
        assert "2 reviewed names and 1 replaced edition" in said  # of one, what it leads to is another now
        assert f"{names[1]} is {names[0]}" in said
        assert "They are one." in said
        assert "Edition 2017-09-30.2 takes the place of 2017-09-30" in said
        assert "corrections, names, withdrawals or method" in said
        assert [f for f in review.ledger.figures if f["how"] == NOT_TRACED] == []


def test_without_a_review_before_editions_are_compared(proved: Proved) -> None:
    with Store(proved.settings) as store:
        review = Review.begin(store, choose(store, year=2018))
        said = plain_text(review.changes().html)
    assert "No review of April 2017 is held here" in said
    assert re.search(r"\d editions came after 30 April 2017", said)
    assert "that the review of April 2017 gave" not in said
    assert all(f["how"] != NOT_TRACED for f in review.ledger.figures)


def test_a_review_that_was_changed_is_compared_with_nothing(copy: Proved) -> None:
    assert earlier_review(copy.settings, year=2018, register=LEGACY) is not None
    (copy.before / "report.html").write_text("other words", "utf-8")
    assert earlier_review(copy.settings, year=2018, register=LEGACY) is None
    assert earlier_review(copy.settings, year=2018, register="another") is None


# --- several years ----------------------------------------------------------------------------------


def test_several_years_are_rendered_oldest_first_and_one_that_fails_stops_no_other(
    copy: Proved, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(copy.settings.data)
    assert main(["--data", data, "render", "april-review", "--year", "2018,2012-2013,2017"]) == 1
    said = capsys.readouterr()
    # Those of 2017 and 2018 are there already: found, and told.
    assert [Path(line) for line in said.out.splitlines()] == [copy.before, copy.folder]
    assert "April 2012: no edition of sample-npd-requests was published by 30 April 2012" in said.err
    assert "April 2013: no edition of sample-npd-requests was published by 30 April 2013" in said.err
    known = [open_review(f).manifest["known_on"] for f in (copy.before, copy.folder)]
    assert known == ["2017-04-30", "2018-04-30"]
    method = plain_text((copy.before / "report.html").read_text("utf-8"))
    assert "Names of recipients, corrections of source errors and vocabularies are today's" in method


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ("2018-2016", "must be a year, or several such as 2016,2018 or 2016-2018, not '2018-2016'"),
        ("2016,", "must be a year, or several"),
        ("16", "must be a year, or several"),
        ("1900-2000", "must be at most 60 years, not 101"),
    ],
)
def test_years_that_are_none_are_wrong_usage(
    proved: Proved, years: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--data", str(proved.settings.data), "render", "april-review", "--year", years])
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_one_edition_is_not_that_of_several_years(proved: Proved, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["render", "april-review", "--year", "2017-2018", "--as-at", "2016-12-31"]
    assert main(["--data", str(proved.settings.data), *command]) == 2
    assert "names the edition of one review, not of 2 years" in capsys.readouterr().err


# --- the how-to -------------------------------------------------------------------------------------


def test_every_command_of_the_how_to_runs(copy: Proved, capsys: pytest.CaptureFixture[str]) -> None:
    """In order, on a folder whose reviews are there: a render finds its own, and what follows is about that one."""
    how_to = (CHECKOUT / "docs" / "how-to-render-a-review.md").read_text("utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", how_to, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("access-review ")]
    done = []
    for line in lines:
        words = [
            w.replace("<render id>", copy.folder.name) for w in shlex.split(line.replace("<render id>", "ID"))
        ]
        words = [str(copy.folder) if w == "reviews/april-review/2018/ID" else w for w in words]
        assert main(["--data", str(copy.settings.data), *words[1:]]) == 0, (line, capsys.readouterr())
        done.append(words[1])
    assert done == ["build", "render", "verify", "sign", "prune"]
    assert open_review(copy.folder).state == "signed"
    assert str(copy.folder) in capsys.readouterr().out.splitlines()
