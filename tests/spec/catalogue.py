"""Every definition, in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.spec.shape import Definition, Example
from tests.spec.specs import (
    commitments,
    context,
    decisions,
    history,
    recipients,
    series,
    spells,
    survival,
    turnaround,
    volumes,
    waiting,
)


DEFINITIONS: tuple[Definition, ...] = (
    volumes.DEFINITION,
    waiting.BACKLOG,
    waiting.OLDEST,
    waiting.IDENTITY,
    recipients.BY_TYPE,
    recipients.TOP,
    recipients.FLOW,
    recipients.NAMES,
    turnaround.TURNAROUND,
    turnaround.CURVE,
    survival.OUTCOMES,
    survival.BOUNDS,
    survival.COMPARISON,
    spells.DEFINITION,
    series.DEFINITION,
    history.CHANGES,
    history.EVER_SEEN,
    history.HOLDINGS,
    history.PERSON_COUNTS,
    decisions.DECISIONS,
    context.EDITIONS,
    context.CORRECTIONS,
    context.FIGURES,
    context.ANSWERABILITY,
    commitments.DEFINITION,
    decisions.ISSUES,
)


def examples() -> Iterator[tuple[Definition, Example]]:
    for definition in DEFINITIONS:
        for example in definition.examples:
            yield definition, example
