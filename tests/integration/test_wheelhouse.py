"""The wheelhouse's check: what is not whole, was changed, or is for another Python is refused with a sentence."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.settings import CHECKOUT


SCRIPT = CHECKOUT / "deploy" / "wheelhouse.py"


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """As `make` leaves one, with a wheel that is none."""
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"bytes")
    digest = hashlib.sha256(b"bytes").hexdigest()
    (tmp_path / "requirements.txt").write_text(f"thing==1.0 --hash=sha256:{digest}\n", "utf-8")
    asks = f"import runpy; print(runpy.run_path({str(SCRIPT)!r})['this_python']())"
    this = subprocess.run([sys.executable, "-c", asks], check=True, capture_output=True, text=True).stdout
    (tmp_path / "python.txt").write_text(f"{this.strip()}\n0\n", "utf-8")
    return tmp_path


def check(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "check", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_whole_one_is_taken(wheelhouse: Path) -> None:
    assert check(wheelhouse) == (0, "")


def test_what_is_wrong_with_one_is_said_with_what_to_do(
    wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    [wheel] = wheelhouse.glob("*.whl")
    wheel.write_bytes(b"other bytes")
    code, said = check(wheelhouse)
    assert code == 1
    assert "the wheel of thing==1.0 is missing" in said
    marker = wheelhouse / "python.txt"
    this = marker.read_text("utf-8").splitlines()[0]
    marker.write_text(f"{this}\n99\n", "utf-8")
    assert f"need Python {this.split()[0]}.99 or a later" in check(wheelhouse)[1]
    marker.write_text("3.99 linux-x86_64 glibc\n0\n", "utf-8")
    assert "PYTHON=python3.99" in check(wheelhouse)[1]
    marker.unlink()
    assert "no whole wheelhouse" in check(wheelhouse)[1]


def test_make_never_writes_into_a_folder_that_holds_something(wheelhouse: Path) -> None:
    before = sorted(p.name for p in wheelhouse.iterdir())
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "make", str(wheelhouse)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert sorted(p.name for p in wheelhouse.iterdir()) == before


def test_install_says_what_it_lacks() -> None:
    for folder, code, words in (
        ("", 2, "make install OFFLINE=dir"),
        ("/no/such/folder", 2, "no whole wheelhouse"),
    ):
        done = subprocess.run(
            ["make", "--no-print-directory", "install", f"OFFLINE={folder}", f"PYTHON={sys.executable}"],
            check=False, capture_output=True, text=True, cwd=CHECKOUT,
        )  # fmt: skip
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
