"""Each page read through as a screen reader would: its transcript is kept, so that a change is seen and read.

After a change that is meant: `make transcripts`, and read the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.support import SAMPLE
from tests.browser.transcript import read, shortened


HERE = Path(__file__).parent / "transcripts"
WRITE = os.environ.get("ACCESS_REVIEW_WRITE_TRANSCRIPTS") == "1"
ADDRESSES = {
    "overview": "/overview",
    "volumes": "/volumes",
    "recipients": "/recipients",
    "turnaround": "/turnaround",
    "people": "/people",
    "register": "/register",
    "register-nothing-found": "/register?q=nothing+is+called+this",
    "changes": "/changes",
    "checks": "/checks",
    "commitments": "/commitments",
    "reviews": "/reviews",
    "about": "/about",
    "search": "/search?q=thistledown",
    "request": f"/request/{SAMPLE}/DR171017.01",
    "recipient": "/recipient/thistledown-university",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_reads_as_it_did(name, sample, visit):
    address = ADDRESSES[name]
    address += ("&" if "?" in address else "?") + f"register={SAMPLE}"
    watched = visit(sample, address, java_script_enabled=False)
    watched.check()  # before anything is written: an error page is no transcript
    found = read(watched.page)
    path = HERE / f"{name}.txt"
    if WRITE:
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8"), (
        f"{name} reads differently: 'make transcripts', and read the difference"
    )


def test_a_long_run_is_cut_and_counted():
    text = "\n".join(
        [
            "- list:",
            *(f"  - listitem:\n    - text: {n}" for n in range(7)),
            "  - paragraph: end",
            "- text: after",
        ]
    )
    assert shortened(text).splitlines()[-4:] == [
        "    - text: 3",
        "  # 3 more: listitem",
        "  - paragraph: end",
        "- text: after",
    ]
    assert "text: 5" not in shortened(text)


def test_what_is_short_is_kept_whole():
    text = '- list:\n  - listitem: a\n  - listitem: b\n- link "x":\n  - /url: /y\n'
    assert shortened(text) == text
