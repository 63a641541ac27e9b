"""The units, timers and cron line: read by systemd's own tools where they are here, and by our own parser anywhere."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.cli import parser
from dashboard.settings import CHECKOUT


UNITS = CHECKOUT / "deploy" / "systemd"
SERVICES = sorted(p.name for p in UNITS.glob("*.service"))
TIMERS = sorted(p.name for p in UNITS.glob("*.timer"))
COMMAND = "/opt/access-review/.venv/bin/access-review"
MOST_EXPOSED = {"access-review.service": 15}  # tenths, of 100; it listens, so it may ask the network
NEEDS = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)


def asked(*words: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *words], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def commands() -> list[str]:
    found = [
        line for p in UNITS.iterdir() for line in re.findall(r"^ExecStart=(.+)$", p.read_text("utf-8"), re.M)
    ]
    cron = (CHECKOUT / "deploy" / "cron" / "access-review").read_text("utf-8")
    return found + re.findall(rf"{COMMAND}[^>\n]*", cron)


def test_there_is_a_service_for_each_job_and_a_timer_for_each_that_is_not_always_on() -> None:
    assert SERVICES == [
        "access-review-build.service", "access-review-check.service", "access-review-render.service",
        "access-review.service",
    ]  # fmt: skip
    assert [name.replace(".timer", ".service") for name in TIMERS] == SERVICES[:3]
    assert len(commands()) == 7


@pytest.mark.parametrize("line", commands())
def test_every_command_is_one_that_the_program_takes(line: str) -> None:
    words = [w for w in shlex.split(line) if not w.startswith("$")]
    assert words[0] == COMMAND
    arguments = parser().parse_args(words[1:])
    assert arguments.command in ("build", "render", "status", "serve")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a command and a document that are here."""
    for path in UNITS.iterdir():
        text = path.read_text("utf-8").replace(COMMAND, sys.executable)
        (tmp_path / path.name).write_text(text.replace("/opt/access-review", str(CHECKOUT)), "utf-8")
    return tmp_path


@NEEDS
@pytest.mark.parametrize("name", [*SERVICES, *TIMERS])
def test_systemd_reads_each_unit_without_a_complaint(units: Path, name: str) -> None:
    assert asked("verify", "--man=no", str(units / name)) == ""
    # The check can fail: a word that systemd does not know is complained of.
    wrong = units / f"wrong-{name}"
    section = "[Timer]" if name.endswith(".timer") else "[Service]"
    wrong.write_text(
        (units / name).read_text("utf-8").replace(section, f"{section}\nProtectEverything=yes"), "utf-8"
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(wrong)], check=False, capture_output=True, text=True
    )
    assert "ProtectEverything" in done.stderr


@NEEDS
@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_hardened(units: Path, name: str) -> None:
    most = MOST_EXPOSED.get(name, 10)
    said = asked("security", "--offline=true", "--no-pager", f"--threshold={most}", str(units / name))
    level = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert level
    assert 0 < float(level[1]) * 10 <= most


@NEEDS
@pytest.mark.parametrize("name", TIMERS)
def test_each_timer_elapses_and_makes_good_what_was_missed(name: str) -> None:
    text = (UNITS / name).read_text("utf-8")
    assert "Persistent=true" in text
    [when] = re.findall(r"^OnCalendar=(.+)$", text, re.M)
    assert "Next elapse: " in asked("calendar", when)


def test_only_the_dashboard_may_use_the_network_and_it_may_write_nothing() -> None:
    for name in SERVICES:
        text = (UNITS / name).read_text("utf-8")
        assert "ProtectSystem=strict" in text
        assert "NoNewPrivileges=yes" in text
        assert ("PrivateNetwork=yes" in text) == (name != "access-review.service")
        writes = set(re.findall(r"^ReadWritePaths=-?(.+)$", text, re.M))
        assert bool(writes) == (name in ("access-review-build.service", "access-review-render.service"))
