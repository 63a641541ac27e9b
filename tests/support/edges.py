"""Registers at the edge: nothing but one row, all open, all closed at once, all left out, and so on."""

from __future__ import annotations

from datetime import date

from tests.support.warehouse import register


HEADINGS = "Ref,Who,Type,Tier,Route,Data,Received,Approved,Released,Reuse,Closed,Outcome,Licence,Held"
FIELDS = (
    *(
        "reference",
        "recipient",
        "recipient_type",
        "tier",
        "route",
        "dataset",
        "received_date",
        "approved_date",
    ),
    *("released_date", "reuse_date", "closed_date", "outcome", "licence_end", "data_held"),
)
EDGE = register(
    "edge",
    columns=dict(zip(FIELDS, HEADINGS.split(","), strict=True)),
    recipient_types={"university": ["University"], "charity": ["Charity"]},
    outcomes={"released": ["Sent"], "refused": ["Rejected"], "withdrawn": ["Withdrawn"]},
    data_held={"yes": ["Yes"], "no": ["No"]},
    layout={"blank_outcome": "open"},
)
AS_AT = date(2020, 3, 31)


def line(
    number: int, received: str, *, released: str = "", closed: str = "", outcome: str = "", kind: str = ""
) -> str:
    """One request; what was released was approved that day, and is held under a licence to the end of 2020."""
    licence = "2020-12-31" if released else ""
    kind = kind or ("University" if number % 2 else "Charity")
    return (
        f"R{number},Body {number},{kind},{1 + number % 4},{'Direct' if number % 2 else 'Lab'},Census,{received},"
        f"{released},{released},,{released or closed},{outcome},{licence},{'Yes' if released else ''}"
    )


SENT = {"released": "2020-01-20", "outcome": "Sent"}
REGISTERS: dict[str, list[str]] = {
    "one row, closed": [line(1, "2020-01-10", **SENT)],
    "one row, open": [line(1, "2020-01-10")],
    "all open": [line(n, f"2020-01-{n:02}") for n in range(1, 26)],
    "all closed on day 0": [
        line(n, f"2020-01-{n:02}", released=f"2020-01-{n:02}", outcome="Sent") for n in range(1, 26)
    ],
    "all refused": [
        line(n, "2020-01-01", closed=f"2020-02-{n:02}", outcome="Rejected") for n in range(1, 26)
    ],
    "one group": [
        line(n, f"2020-01-{n:02}", kind="University", **({**SENT, "released": f"2020-02-{n:02}"} if n % 3 else {}))
        for n in range(1, 26)
    ],
    "all left out": [line(n, "2020-02-10", closed="2020-01-02", outcome="Rejected") for n in range(1, 6)],
    "without any date": [line(n, "", outcome="Rejected") for n in range(1, 6)],
    "one day": [
        line(n, "2020-03-31", **({"released": "2020-03-31", "outcome": "Sent"} if n % 2 else {})) for n in range(1, 9)
    ],
    "every row withdrawn": [line(1, "2020-01-10", **SENT)],
}  # fmt: skip
