"""Fail when a browser or real-data test was skipped though this machine has what it needs."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ET


def main(path: str) -> int:
    skipped = [
        (case.get("classname", ""), case.get("name", ""), mark.get("message", ""))
        for case in ET.parse(path).iter("testcase")
        for mark in case.iter("skipped")
    ]
    # Without the registers beside the checkout their tests cannot run, and that is accepted.
    allowed = () if os.environ.get("ACCESS_REVIEW_NEED_REALDATA") else ("realdata",)
    allowed += (
        "nginx is not installed",
    )  # neither a browser nor data: a machine that cannot install it may do without
    wrong = [s for s in skipped if not any(word in s[2] for word in allowed)]
    for place, name, reason in wrong:
        print(f"skipped: {place}::{name}: {reason}")
    print(f"{len(skipped)} skipped, {len(wrong)} of them should have run")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
