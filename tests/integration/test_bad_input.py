"""Bad files, folders, sidecars and descriptions: one clear message, exit 1, nothing changed, no traceback."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from dashboard import files
from dashboard.errors import AccessReviewError
from dashboard.registers import read_register
from dashboard.settings import CHECKOUT
from tests.integration.conftest import LEGACY, SHARES, Run
from tests.support.mutate import write_ods
from tests.support.tiny import TINY, tree, write_tiny


HEADINGS = ("Reference", "Organisation", "Released")
ROW = ("A1", "Somebody Ltd", "2020-03-04")


def refused(run: Run, folder: Path, *arguments: object, words: tuple[str, ...] = ()) -> str:
    """Run a command that must be refused. Returns the message."""
    before = tree(folder)
    ran = run("--data", folder, *arguments)
    assert ran.code == 1, ran
    assert ran.out == ""
    assert ran.err.startswith(f"access-review {arguments[0]}: ")
    assert ran.err.count("\n  Next: ") == 1, ran.err
    assert ran.err.endswith("\n")
    for word in words:
        assert word in ran.err
    assert tree(folder) == before
    return ran.err


# Files that are no register


def missing(_: Path) -> Path:
    return Path("nothing-here.ods")


def a_folder(folder: Path) -> Path:
    (folder / "releases.ods").mkdir()
    return folder / "releases.ods"


def pdf(folder: Path) -> Path:
    (folder / "register.ods").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + bytes(range(256)) * 20)
    return folder / "register.ods"


def empty_file(folder: Path) -> Path:
    (folder / "register.ods").write_bytes(b"")
    return folder / "register.ods"


def web_page(folder: Path) -> Path:
    (folder / "register.ods").write_text("<!DOCTYPE html><html><title>Sign in</title></html>")
    return folder / "register.ods"


def truncated(folder: Path) -> Path:
    path = write_ods(folder / "register.ods", {"Releases": [HEADINGS, *[ROW] * 50]})
    path.write_bytes(path.read_bytes()[:-200])
    return path


def password(folder: Path) -> Path:
    whole = write_ods(folder / "whole.ods", {"Releases": [HEADINGS, ROW]})
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(folder / "register.ods", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "META-INF/manifest.xml":
                entry = b"<manifest:file-entry manifest:full-path='x'><manifest:encryption-data/>"
                end = b"</manifest:manifest>"
                data = data.replace(end, entry + b"</manifest:file-entry>" + end)
            target.writestr(name, data)
    return folder / "register.ods"


def empty_sheet(folder: Path) -> Path:
    return write_ods(folder / "register.ods", {"Releases": []})


def headings_only(folder: Path) -> Path:
    return write_ods(folder / "register.ods", {"Releases": [HEADINGS]})


def renamed_heading(folder: Path) -> Path:
    return write_ods(
        folder / "register.ods",
        {"Releases": [("Notes",), (), ("Reference", "Organisations", "Released"), ROW]},
    )


def other_table(folder: Path) -> Path:
    return write_ods(folder / "register.ods", {"Spending": [("Supplier", "Amount"), ("Somebody Ltd", 12.0)]})


def hostile_headings(folder: Path) -> Path:
    text = "\x1b]0;owned\x07\x1b[2J\u202eReference"
    (folder / "register.csv").write_text(f'"{text}","Bad\nheading",Third\nA,B,C\n', "utf-8")
    return folder / "register.csv"


BAD_FILES: list[tuple[Callable[[Path], Path], tuple[str, ...]]] = [
    (missing, ("nothing-here.ods", "not found")),
    (a_folder, ("releases.ods", "folder")),
    (pdf, ("register.ods", "PDF")),
    (empty_file, ("register.ods", "empty")),
    (web_page, ("register.ods", "web page")),
    (truncated, ("register.ods",)),
    (password, ("register.ods", "password-protected")),
    (empty_sheet, ("register.ods", "'Releases' is empty")),
    (headings_only, ("register.ods", "not one row below the headings")),
    (
        renamed_heading,
        (
            "register.ods",
            "'Releases'",
            "row 3",
            "'Organisation'",
            "'Organisations' in column B",
            "tiny.toml",
            "inspect",
        ),
    ),
    (other_table, ("register.ods", "'Spending'", "row 1", "'Supplier', 'Amount'", "'Reference'", "inspect")),
    (hostile_headings, ("register.csv", "row 1")),
]


@pytest.mark.parametrize(("make", "words"), BAD_FILES, ids=[f.__name__ for f, _ in BAD_FILES])
def test_bad_file(make: Callable[[Path], Path], words: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    write_tiny(folder)
    path = make(tmp_path)
    for extra in ([], ["--dry-run"], ["--as-at", "2020-12-31", "--replaces"]):
        message = refused(run, folder, "add", "tiny", path, *extra, words=words)
        assert all(c.isprintable() or c == "\n" for c in message)
        assert "Error" not in message
    assert not (folder / "editions").exists()


@pytest.mark.parametrize(
    "make",
    [f for f, _ in BAD_FILES if f not in (headings_only, renamed_heading, other_table, hostile_headings)],
)
def test_bad_file_inspected(make: Callable[[Path], Path], tmp_path: Path, run: Run) -> None:
    if make is empty_sheet:
        assert run("inspect", make(tmp_path)).code == 0
    else:
        refused(run, tmp_path / "none", "inspect", make(tmp_path))


def test_inspect_obeys_nothing_in_the_file(tmp_path: Path, run: Run) -> None:
    ran = run("inspect", hostile_headings(tmp_path))
    assert ran.code == 0
    assert all(c.isprintable() or c == "\n" for c in ran.out)


def test_file_of_another_register(tmp_path: Path, sample: dict[str, list[Path]], run: Run) -> None:
    file = sample[SHARES][0]
    message = refused(
        run, tmp_path / "d", "add", LEGACY, file, words=(file.name, "sheet '", "row ", "inspect")
    )
    assert "nearest of" in message
    assert not (tmp_path / "d").exists()


def test_one_bad_file_among_several_leaves_the_good_ones(
    tmp_path: Path, sample: dict[str, list[Path]], run: Run
) -> None:
    folder = tmp_path / "d"
    ran = run("--data", folder, "add", LEGACY, sample[LEGACY][0], pdf(tmp_path), sample[LEGACY][1])
    assert ran.code == 1
    assert "register.ods" in ran.err
    assert "1 file of 3 could not be added" in ran.err
    assert ran.out.count(": added ") == 2
    # the same command again, mended: what was added is a no-op
    again = run("--data", folder, "add", LEGACY, *sample[LEGACY])
    assert again.code == 0
    assert again.out.count("nothing changed") == 2


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("A1,Somebody,9999-12-31", "date_impossible"),
        ("A1,Somebody,0001-01-01", "date_impossible"),
        ("A1,Somebody,31/12/99999", "date_unreadable"),
        ("A1,Somebody," + "9" * 5000, "date_unreadable"),
        ("A1,Somebody,٣٠/٠٤/٢٠٢٠", None),
        ("A1,Somebody,1e400", "date_unreadable"),
        ("\U0001f600,\x7f\x80\u2028,2020-01-01", None),
        ("=1+1,=cmd|' /C calc'!A0,2020-01-01", None),
        ("A1," + "x" * 90_000 + ",2020-01-01", None),
    ],
    ids=["last", "first", "long-year", "digits", "arabic", "huge", "odd", "formula", "long"],
)
def test_odd_values_are_kept_with_an_issue_and_build(
    row: str, rule: str | None, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder, f"{row}\nA2,Another,2020-05-06\n")
    ran = run("--data", folder, "add", "tiny", file)
    assert ran.code == 0, ran.err
    assert run("--data", folder, "build").code == 0
    for name in ("volumes", "recipients", "top-recipients", "spells"):
        for interval in ("month", "year"):
            ran = run("--data", folder, "measure", name, "--register", "tiny", "--interval", interval)
            assert ran.code == 0
            assert all(c.isprintable() or c == "\n" for c in ran.out)
    found = run("--data", folder, "issues", "--register", "tiny", "--format", "csv").out
    assert rule is None or f",{rule}," in found


def test_counts_too_large_to_hold_are_issues(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder)
    described = TINY.replace(
        'rows = "release"', 'rows = "person_count"\nbody = "police"\nunit = "individuals"'
    )
    described = described.replace('reference = ["Reference"]', 'period = ["Period"]')
    described = described.replace('recipient = ["Organisation"]', 'requested = ["Asked"]')
    described = described.replace('released_date = ["Released"]', 'supplied = ["Given"]')
    (folder / "registers" / "tiny.toml").write_text(described)
    lines = (
        "Period,Asked,Given",
        "January 2019,12,3",
        f"February 2019,{'9' * 19},{'9' * 5000}",
        "December 9999,1,²",
    )
    file.write_text("\n".join(lines) + "\n", "utf-8")
    ran = run("--data", folder, "add", "tiny", file, "--as-at", "2019-12-31")
    assert ran.code == 0, ran.err
    assert run("--data", folder, "build").code == 0
    assert run("--data", folder, "issues", "--format", "csv").out.count(",count_unreadable,") == 3


def test_dates_out_of_range_in_names_and_cells_do_not_stop_add(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder)
    rules = '\nas_at = [{ from = "file_name", pattern = "(?P<date>.*)" }, { from = "cell", pattern = "(?P<date>.*)" }]'
    described = TINY.replace('era = "only"', f'era = "only"{rules}')
    (folder / "registers" / "tiny.toml").write_text(described)
    for name in (
        "December 9999.csv",
        "99991231.csv",
        "0000-00-00.csv",
        "31 February 2020.csv",
        "dec 0000.csv",
    ):
        path = shutil.copyfile(file, tmp_path / name)
        ran = run("--data", folder, "add", "tiny", path, "--dry-run")
        assert ran.code == 0, ran.err


# Folders


def test_data_folder_that_is_a_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "data").write_text("")
    for command in (["status"], ["build"], ["add", LEGACY, "x.ods"], ["measure", "volumes"]):
        refused(run, tmp_path / "data", *command, words=("is a file", "--data"))


@pytest.mark.parametrize("folder", ["~no-such-user-here/data", "x" * 300, "/dev/null/data", "loop"])
def test_data_folder_that_cannot_be(
    folder: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.symlink("loop", "loop")
    for command in (["build"], ["add", "tiny", "nothing.ods"]):
        ran = run("--data", folder, *command)
        assert ran.code in (1, 2)
        assert "Next: " in ran.err


def test_sample_where_it_cannot_be_written(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("")
    ran = run("sample", tmp_path / "file" / "below", "--requests", 5)
    assert ran.code == 1
    assert "Next: " in ran.err


def fails(number: int) -> Callable[..., object]:
    def call(*arguments: object, **_: object) -> object:
        raise OSError(number, os.strerror(number), str(arguments[0]))

    return call


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO], ids=errno.errorcode.get
)
@pytest.mark.parametrize("call", ["rename", "fsync", "chmod"])
def test_add_when_the_disk_refuses(
    call: str,
    number: int,
    tmp_path: Path,
    sample: dict[str, list[Path]],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "d"
    run("--data", folder, "add", LEGACY, sample[LEGACY][0])
    with monkeypatch.context() as patch:
        patch.setattr(files.os, call, fails(number))
        refused(
            run, folder, "add", LEGACY, sample[LEGACY][1], words=(os.strerror(number), "nothing was changed")
        )
    assert sorted(p.name for p in (folder / "editions" / LEGACY).iterdir()) == ["2017-12-31"]
    assert run("--data", folder, "add", LEGACY, sample[LEGACY][1]).code == 0


def test_copy_that_ends_early_is_not_archived(
    tmp_path: Path, sample: dict[str, list[Path]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "d"
    with monkeypatch.context() as patch:
        patch.setattr(
            "dashboard.editions.shutil.copyfile", lambda s, t: Path(t).write_bytes(Path(s).read_bytes()[:-9])
        )
        refused(
            run, folder, "add", LEGACY, sample[LEGACY][0], words=("changed while it was read", "add it again")
        )
    assert tree(folder) == {}


# The archive


def sidecar_of(folder: Path) -> Path:
    return sorted((folder / "editions" / LEGACY).glob("*/edition.toml"))[0]


DAMAGED_SIDECARS = [
    "",
    "as_at = ",
    "\x00",
    'as_at = "2017-12-31"',
    "as_at = 2017-12-31T10:00:00",
    "as_at = [2017-12-31]",
    "size = 'many'",
    "size = true",
    "sha256 = 5",
    "register = 5",
    "register = 'no-such-register'",
    "edition = 'first'",
    "edition = 7",
    "file = '../../../../etc/passwd'",
    "file = '/etc/passwd'",
    "file = ''",
    "file = 7",
    'file = "a\\u0000b"',
    "published = 'soon'",
    "replaces = 3",
]


@pytest.mark.parametrize("line", DAMAGED_SIDECARS)
def test_damaged_sidecar(line: str, data: Path, sample: dict[str, list[Path]], run: Run) -> None:
    sidecar = sidecar_of(data)
    name = line.split(" ")[0]
    text = re.sub(rf"(?m)^{name} = .*\n", "", sidecar.read_text()) + line + "\n" if line else ""
    sidecar.write_text(text)
    refused(run, data, "build", words=(str(sidecar.parent),))
    if "no-such-register" not in line:
        refused(run, data, "status", words=(str(sidecar.parent),))
        refused(
            run, data, "add", LEGACY, sample[LEGACY][0], "--as-at", "2019-01-01", words=(str(sidecar.parent),)
        )
    assert run("--data", data, "measure", "volumes").code == 0  # the build in force still answers


def test_sidecar_that_is_not_text_or_a_folder(data: Path, run: Run) -> None:
    sidecar = sidecar_of(data)
    sidecar.write_bytes(b"\xff\xfe\x00")
    refused(run, data, "build", words=(str(sidecar),))
    sidecar.unlink()
    sidecar.mkdir()
    refused(run, data, "build", words=(str(sidecar),))


def test_archived_file_changed_or_gone(data: Path, run: Run) -> None:
    [file] = [p for p in sidecar_of(data).parent.iterdir() if p.suffix == ".ods"]
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"X")  # as long as it was
    refused(run, data, "build", words=(str(file), "changed since it was archived", "restore"))
    file.unlink()
    refused(run, data, "build", words=(file.name, "not there"))
    file.write_bytes(whole)
    [build] = (data / "builds").glob("*.duckdb")
    build.unlink()
    file.write_bytes(whole[:-1] + b"X")
    refused(run, data, "build", words=(str(file), "changed since it was archived"))
    file.write_bytes(whole)
    assert run("--data", data, "build").code == 0


def test_two_editions_of_one_name(data: Path, run: Run) -> None:
    first = sidecar_of(data).parent
    shutil.copytree(first, first.with_name("copy"))
    refused(run, data, "build", words=("two editions", "copy", "remove one"))


def test_scratch_of_a_killed_add_is_not_an_edition(data: Path, run: Run) -> None:
    first = sidecar_of(data).parent
    shutil.copytree(first, first.with_name(f".{first.name}.abc123"))
    assert "nothing changed" in run("--data", data, "build").out


# Builds on disk


def test_damaged_pointer_and_builds(data: Path, run: Run) -> None:
    builds = data / "builds"
    current = (builds / "CURRENT").read_text()
    for wrong in (b"\xff\xfe\x00", b"../../elsewhere\n", b"0123456789abcdef\n", b"/etc/passwd\n", b"a b\n"):
        (builds / "CURRENT").write_bytes(wrong)
        refused(run, data, "measure", "volumes", words=("there is no build", "access-review build"))
        refused(run, data, "status", words=("there is no build", "access-review build"))
    (builds / "CURRENT").write_bytes(b"")
    refused(run, data, "measure", "volumes", words=("nothing is built",))
    assert run("--data", data, "build").code == 0
    assert (builds / "CURRENT").read_text() == current
    for record in (b"", b"[]", b"\xff", b"{"):
        (builds / f"{current.strip()}.json").write_bytes(record)
        assert run("--data", data, "status").code == 0
        assert run("--data", data, "measure", "volumes").code == 0
    assert run("--data", data, "build").code == 0


@pytest.mark.parametrize("size", [0, 5000, -1])
def test_a_build_that_is_cut_short_is_made_again(size: int, data: Path, run: Run) -> None:
    [path] = (data / "builds").glob("*.duckdb")
    path.write_bytes(path.read_bytes()[:size])
    ran = run("--data", data, "build")
    assert ran.code == 0
    assert "nothing changed" not in ran.out
    assert run("--data", data, "measure", "volumes").code == 0
    assert "nothing changed" in run("--data", data, "build").out


def test_blocks_that_are_not_what_they_were_are_named(data: Path, run: Run) -> None:
    [path] = (data / "builds").glob("*.duckdb")
    whole = path.read_bytes()
    failed = 0
    for at in range(40_000, len(whole), len(whole) // 25):
        path.write_bytes(whole[:at] + bytes(b ^ 0xFF for b in whole[at : at + 64]) + whole[at + 64 :])
        for command in (["measure", "volumes"], ["issues"]):
            if run("--data", data, *command).code:
                refused(run, data, *command, words=(path.name, f"remove {path.name}"))
                failed += 1
    assert failed > 3


@pytest.mark.parametrize("damage", ["cut", "empty", "text"])
def test_damaged_build_says_how_to_mend_it(damage: str, data: Path, run: Run) -> None:
    [path] = (data / "builds").glob("*.duckdb")
    path.write_bytes({"cut": path.read_bytes()[:5000], "empty": b"", "text": b"hello" * 3000}[damage])
    for command in (["measure", "volumes"], ["issues"]):
        refused(run, data, *command, words=(path.name, f"remove {path.name}"))
    path.unlink()
    assert run("--data", data, "build").code == 0
    assert run("--data", data, "measure", "volumes").code == 0


# Descriptions and reference files of the data folder


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("id = ", "id = = "), ("line 2",)),
        (('id = "tiny"', 'id = "other"'), ("'other' is not the file's name",)),
        (('id = "tiny"', "id = 5"), ("'id' must be text",)),
        (('publisher = "Nobody"', ""), ("'publisher' is missing",)),
        (('publisher = "Nobody"', 'publsher = "Nobody"'), ("'publsher' is not a key",)),
        (('rows = "release"', 'rows = "releases"'), ("'releases' is not known", "layout[1].sheet[1].rows")),
        (("released_date", "released_day"), ("'released_day' is not known", "layout[1].sheet[1].columns")),
        (("[[layout]]", "[layout]"), ("layout",)),
        (("[[layout.sheet]]", "[layout.sheet]"), ("sheet",)),
        (('["Released"]', "5"), ("layout[1].sheet[1].columns.released_date",)),
        (('era = "only"', 'era = "only"\nas_at = [{ from = "cell", pattern = "(" }]'), ("pattern",)),
        (('era = "only"', 'era = "only"\nas_at = "x"'), ("layout[1].as_at",)),
        (('era = "only"', 'era = "only"\nanswerability = "x"'), ("layout[1].answerability",)),
        (('publisher = "Nobody"', 'publisher = "Nobody"\nhome_rank = "first"'), ("home_rank",)),
        (
            ('publisher = "Nobody"', 'publisher = "Nobody"\nextends = "nothing"'),
            ("'nothing', which is not described",),
        ),
        (('publisher = "Nobody"', 'publisher = "Nobody"\nrecipient_types = ["x"]'), ("recipient_types",)),
    ],
)
def test_broken_register_description(
    change: tuple[str, str], words: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder)
    described = folder / "registers" / "tiny.toml"
    assert change[0] in TINY
    described.write_text(TINY.replace(*change))
    for command in (["add", "tiny", file], ["build"]):
        refused(run, folder, *command, words=(str(described), *words))


@pytest.mark.parametrize("value", ["[" * 5_000, "9" * 5_000, "2020-02-30", '"\\ud800"'])
def test_values_that_the_toml_reader_itself_trips_over(value: str, data: Path, run: Run) -> None:
    described = data / "registers" / "tiny.toml"
    file = write_tiny(data)
    described.write_text(TINY + f"x = {value}\n")
    refused(run, data, "add", "tiny", file, words=(str(described),))
    described.write_text(TINY)
    sidecar = sidecar_of(data)
    sidecar.write_text(sidecar.read_text() + f"x = {value}\n")
    refused(run, data, "build", words=(str(sidecar),))


def test_folder_without_its_sidecar_is_not_passed_over(data: Path, run: Run) -> None:
    sidecar = sidecar_of(data)
    sidecar.unlink()
    for command in ("build", "status"):
        refused(run, data, command, words=(str(sidecar), "restore"))


def test_description_that_is_not_text_or_a_folder(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder)
    described = folder / "registers" / "tiny.toml"
    described.write_bytes(b"\xff\xfe")
    refused(run, folder, "add", "tiny", file, words=(str(described),))
    described.unlink()
    described.mkdir()
    refused(run, folder, "add", "tiny", file, words=(str(described),))


@contextmanager
def naming(path: Path) -> Iterator[None]:
    try:
        yield
    except AccessReviewError as error:
        if str(path) not in str(error) or not error.hint:
            pytest.fail(f"does not name the file, or what to do: {error}")
        raise


def test_any_damage_to_a_description_is_named(tmp_path: Path) -> None:
    """Values of the wrong kind, everywhere: the reader names the file, or reads it."""
    values = ("5", "true", '"x"', "[]", "{}", '["x"]', "[5]", "{ a = 5 }", "[{ a = 1 }]", "2020-01-01", "1.5")
    lines = (CHECKOUT / "data/registers/sudbury-foi.toml").read_text("utf-8").splitlines()
    rng = random.Random(7)
    path = tmp_path / "sudbury-foi.toml"
    tried = accepted = 0
    for number, line in enumerate(lines):
        key = line.split(" = ")[0]
        changes = (
            [f"{key} = {v}" for v in values]
            if " = " in line
            else ["", line.replace("[[", "[").replace("]]", "]")]
        )
        for changed in rng.sample(changes, min(6, len(changes))):
            path.write_text("\n".join([*lines[:number], changed, *lines[number + 1 :]]), "utf-8")
            with suppress(AccessReviewError), naming(path):
                read_register(path, {})
                accepted += 1
            tried += 1
    assert tried - accepted > 50


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("reference/recipients_mine.csv", b"alias\nx\n", ("row 1", "no column")),
        ("reference/recipients_mine.csv", b"\xff\xfe\x00", ("recipients_mine.csv",)),
        (
            "reference/recipients_mine.csv",
            b"register,alias,recipient,type,relation,reason,reviewer,date\n*,a,b,universty,same,c,d,2026-01-31\n",
            ("row 2", "'universty' is not a recipient type"),
        ),
        ("reference/bank_holidays_england.csv", b"when\nsoon\n", ("bank_holidays_england.csv",)),
        ("published/figures/mine.csv", b"source\nx\n", ("mine.csv", "row 1")),
    ],
)
def test_broken_reference_file(
    name: str, content: bytes, words: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "d"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_bytes(content)
    refused(run, folder, "build", words=words)
