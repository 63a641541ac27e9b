"""docs/contract.md checked from outside: the acceptance script on the command, server included."""

from __future__ import annotations

import os
import subprocess
import sys

from dashboard.settings import CHECKOUT


def test_acceptance() -> None:
    command = f"{sys.executable} -m dashboard"
    script = CHECKOUT / "tests" / "support" / "acceptance.py"
    ran = subprocess.run(
        [sys.executable, str(script), "--command", command, "--serve"], capture_output=True, text=True, timeout=280,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, check=False,
    )  # fmt: skip
    failed = [line for line in ran.stdout.splitlines() if not line.startswith("ok ")]
    print("\n" + failed[-1])
    assert ran.returncode == 0, "\n".join(failed) + ran.stderr
