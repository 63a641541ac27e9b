"""A file from outside costs at most one process: what loops, aborts or swells there is an error in words here."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from dashboard import apart
from dashboard.apart import Allowance, read_workbook
from dashboard.errors import AccessReviewError
from dashboard.workbook import MIB, Limits
from dashboard.workbook import read_workbook as read_here
from tests.integration.conftest import Run
from tests.support.mutate import REGISTER, seed_workbooks, write_ods, write_xlsx
from tests.support.tiny import tree, write_tiny


CHILD = "import sys; sys.path[:] = sys.argv[1].split('\\n'); "


def refusal(path: Path, **allowance: float) -> str:
    with pytest.raises(AccessReviewError) as caught:
        read_workbook(path, allowance=Allowance(**allowance))  # type: ignore[arg-type]
    assert caught.value.hint
    assert path.name in caught.value.message
    return caught.value.message


def test_a_file_reads_the_same_apart(tmp_path: Path) -> None:
    for path in seed_workbooks(tmp_path):
        assert read_workbook(path) == read_here(path), path.name


def test_a_refusal_comes_through_word_for_word(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", {"Releases": REGISTER})
    for limits in (Limits(cells=5), Limits(sheets=0), Limits(unpacked_bytes=10)):
        messages = []
        for read in (read_here, read_workbook):
            with pytest.raises(AccessReviewError) as caught:
                read(path, limits=limits)
            messages.append((caught.value.message, caught.value.hint))
        assert messages[0] == messages[1]


@pytest.mark.parametrize(
    ("child", "allowance", "words"),
    [
        ("[0 for _ in iter(int, 1)]", {"clock_seconds": 1.0}, "takes longer to read than is allowed"),
        ("import time; time.sleep(60)", {"clock_seconds": 1.0}, "1 on the clock"),
        ("import os; os.abort()", {}, "brings the reader down (SIGABRT)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", {}, "brings the reader down (SIGSEGV)"),
        ("sys.exit(3)", {}, "brings the reader down (code 3)"),
        ("print('nonsense')", {}, "brings the reader down"),
        ("", {}, "brings the reader down"),
    ],
)
def test_what_brings_a_reader_down_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: str, allowance: dict[str, float], words: str
) -> None:
    monkeypatch.setattr(apart, "CHILD", CHILD + child)
    assert words in refusal(write_ods(tmp_path / "x.ods", {"S": REGISTER}), **allowance)


def test_processor_time_and_memory_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_ods(tmp_path / "x.ods", {"S": REGISTER})
    loops = "import dashboard.apart as a\ndef forever(*_, **__):\n while True: pass\na.read_here = forever\na.child()"
    monkeypatch.setattr(apart, "CHILD", CHILD + "exec(" + repr(loops) + ")")
    assert "takes longer to read" in refusal(path, processor_seconds=1)
    swells = "import dashboard.apart as a\na.read_here = lambda *_, **__: bytearray(2 << 30)\na.child()"
    monkeypatch.setattr(apart, "CHILD", CHILD + "exec(" + repr(swells) + ")")
    assert "takes more memory to read than is allowed (512 MiB)" in refusal(path, memory_bytes=512 * MIB)
    writes = "import dashboard.apart as a\na.read_here = lambda *_, **__: open("
    writes += f"{str(tmp_path / 'w')!r}, 'w').write('x')"
    monkeypatch.setattr(apart, "CHILD", CHILD + "exec(" + repr(writes + "\na.child()") + ")")
    assert "brings the reader down" in refusal(path)
    assert not (tmp_path / "w").exists() or (tmp_path / "w").read_bytes() == b""


def test_an_answer_cannot_run_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "harm",))

    answer = pickle.dumps(("read", Harm()))
    monkeypatch.setattr(apart, "CHILD", CHILD + f"sys.stdout.buffer.write({answer!r})")
    assert "brings the reader down" in refusal(write_ods(tmp_path / "x.ods", {"S": REGISTER}))
    assert not (tmp_path / "harm").exists()


def test_text_needs_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "CHILD", "sys.exit(3)")
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    assert read_workbook(path).sheets[0].rows == [("a", "b"), ("1", "2")]
    for name in ("missing.ods", "."):
        with pytest.raises(AccessReviewError, match=r"not found|is a folder"):
            read_workbook(tmp_path / name)
    monkeypatch.setattr(sys, "executable", "")
    book = write_ods(tmp_path / "x.ods", {"S": REGISTER})
    assert read_workbook(book) == read_here(book)


def test_add_and_inspect_survive_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    folder = tmp_path / "data"
    write_tiny(folder)
    path = write_ods(tmp_path / "x.ods", {"S": REGISTER})
    monkeypatch.setattr(apart, "CHILD", CHILD + "import os; os.abort()")
    before = tree(folder)
    for command in (["add", "tiny", path], ["inspect", path]):
        ran = run("--data", folder, *command)
        assert (ran.code, ran.out) == (1, "")
        assert "x.ods brings the reader down (SIGABRT)" in ran.err
        assert "\n  Next: " in ran.err
    assert tree(folder) == before
