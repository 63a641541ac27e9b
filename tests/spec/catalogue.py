"""Every definition, in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.spec.shape import Definition, Example
from tests.spec.specs import context, decisions, history, recipients, spells, turnaround, volumes


DEFINITIONS: tuple[Definition, ...] = (
    volumes.DEFINITION,
    recipients.BY_TYPE,
    recipients.TOP,
    recipients.FLOW,
    recipients.NAMES,
    turnaround.TURNAROUND,
    turnaround.CURVE,
    spells.DEFINITION,
    history.CHANGES,
    history.EVER_SEEN,
    history.HOLDINGS,
    history.PERSON_COUNTS,
    decisions.DECISIONS,
    context.EDITIONS,
    context.CORRECTIONS,
    context.FIGURES,
    context.ANSWERABILITY,
    decisions.ISSUES,
)


def examples() -> Iterator[tuple[Definition, Example]]:
    for definition in DEFINITIONS:
        for example in definition.examples:
            yield definition, example
