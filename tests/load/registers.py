"""`make realdata`: every real register that a description fits, in one warehouse, and those that must be refused.

    python -m tests.load.registers [--keep DIR]

For each edition: rows read = entries + person counts + explained, and nothing unexplained. Then the time and
the peak memory of the build, which runs in a process of its own, and how the files that are no register are
refused. A new register is one line of FILES. Exit 1 when a file is not taken, a row is not accounted for, or
a file that must be refused is not.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dashboard.settings import CHECKOUT


DEFAULT = CHECKOUT.parent / "shared" / "realdata"

# file -> register, options of `add`
FILES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("phe-odr-release-register/PHE data release registers - public review.ods", "phe-odr", ()),
    (
        "phe-odr-release-register/13. PHE_Data_Release_Register_April_17_to_September2020_2.4 (1).ods",
        "phe-odr",
        (),
    ),
    ("nhs-digital-release-register/1. releaseregister_20210201_20210228.xlsx", "nhs-digital-releases", ()),
    ("canada-foi-summaries/ca_on_greater_sudbury.csv", "sudbury-foi", ()),
    ("canada-foi-summaries/ca_ab_calgary.csv", "calgary-foi", ()),
    ("canada-foi-summaries/ca_bc.csv", "bc-foi", ()),
    # two readings of one publication: the broken table as it came out of the PDF, then the cleaned one
    ("doj-foia-log-2017/tabula-foia-responses.csv", "doj-foia", ()),
    ("doj-foia-log-2017/cleaned.csv", "doj-foia", ("--replaces",)),
)

# Files that look like a register and are not one: `add` and `inspect` must say so for each register described.
REFUSED: tuple[str, ...] = (
    "hdruk-data-use-register-standard/Specification for data use register fields version 2 2022.01.19.csv",
    "hdruk-data-use-register-standard/Recommendations on fields 05.05.21.csv",
    "hdruk-data-use-register-standard/Preprint Dataset 1 Current State Analysis of Data Use Registers.csv",
)


def run(data: Path, *arguments: object) -> tuple[int, str, str, float, float]:
    """Exit code, standard output, standard error, seconds and peak MiB of one command in its own process."""
    began = time.monotonic()
    measured = (
        "import resource, sys; from dashboard.cli import main; code = main(sys.argv[1:]); sys.stdout.flush();"
        "peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN));"
        "print('\\npeak', peak, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, "--data", str(data), *map(str, arguments)],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    peak = re.search(r"\npeak (\d+)\n", done.stderr)
    err = re.sub(r"\npeak \d+\n", "", done.stderr)
    return done.returncode, done.stdout, err, time.monotonic() - began, int(peak[1]) / 1024 if peak else 0.0


def described() -> list[str]:
    return sorted(p.stem for p in (CHECKOUT / "data" / "registers").glob("*.toml"))


def main() -> int:
    parser = argparse.ArgumentParser(description="The real registers in one warehouse.")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="the data folder to build in (default: a new one)"
    )
    chosen = parser.parse_args()
    folder = Path(os.environ.get("ACCESS_REVIEW_REALDATA", DEFAULT))
    if not folder.is_dir():
        print(f"the real registers are not at {folder}; set ACCESS_REVIEW_REALDATA", file=sys.stderr)
        return 1
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="access-review-realdata-") as scratch:
        data = chosen.keep or Path(scratch) / "data"
        taken = set()
        for name, register, options in FILES:
            taken.add(name)
            code, _, err, seconds, peak = run(data, "add", register, folder / name, *options)
            if code:
                failures.append(f"add {register} {name}: {err.strip()}")
            else:
                print(f"added {register:<20} {name.split('/')[1]:<76} {seconds:5.1f} s {peak:5.0f} MiB")
        code, out, err, seconds, peak = run(data, "build")
        print(f"\n{out.strip()}\n{seconds:.1f} s with start-up, at most {peak:.0f} MiB\n")
        if code:
            failures.append(f"build: {err.strip()}")
        else:
            failures += accounts(data)
        code, out, _, seconds, _ = run(data, "build")
        print(f"again: {out.splitlines()[0] if out else code} ({seconds:.1f} s)\n")
        if code or "nothing changed" not in out:
            failures.append("building again is not a no-op")
        for name in REFUSED:
            taken.add(name)
            failures += refused(data, folder / name)
        left = sorted(
            str(p.relative_to(folder))
            for p in folder.glob("*/*")
            if p.suffix in (".ods", ".xlsx", ".csv") and str(p.relative_to(folder)) not in taken
        )
        print("\nnot tried, no register described here is theirs:\n  " + "\n  ".join(left))
    for failure in failures:
        print(f"\nFAILED: {failure}")
    return 1 if failures else 0


def accounts(data: Path) -> list[str]:
    """Print how the rows of each edition are accounted for; what is not, as failures."""
    import json

    [record] = (data / "builds").glob("*.json")
    found = []
    head = ("register", "edition", "rows read", "entries", "person counts", "explained", "unexplained")
    print(f"{head[0]:<28}{head[1]:<13}" + "".join(f"{h:>15}" for h in head[2:]))
    for edition in json.loads(record.read_text("utf-8"))["editions"]:
        counts = [edition[n] for n in ("rows_read", "entries", "person_counts", "rows_explained")]
        unexplained = counts[0] - sum(counts[1:])
        print(
            f"{edition['register']:<28}{edition['edition']:<13}"
            + "".join(f"{n:>15,}" for n in [*counts, unexplained])
        )
        if unexplained or not (counts[1] + counts[2]):
            found.append(f"{edition['register']} {edition['edition']}: {unexplained} rows are not explained")
    return found


def refused(data: Path, path: Path) -> list[str]:
    """Print how `add` refuses a file that is no register; failures when a register takes it."""
    found, words = [], ""
    registers = described()
    for register in registers:
        code, out, err, _, _ = run(data, "add", register, path, "--dry-run")
        if code != 1 or out or "Next: " not in err or path.name not in err:
            found.append(f"add {register} {path.name}: exit {code}: {out}{err}")
        words = words or err.strip()
    print(f"refused by each of {len(registers)} registers: {path.name}\n  {words}")
    return found


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
