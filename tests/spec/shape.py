"""What a definition and a worked example are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Edition:
    """One published file: `rows` as a table in text, or one for each sheet.

    A replacement has its edition's id, such as 2020-12-31.2, for `as_at`.
    """

    as_at: str
    rows: str | Mapping[str, str]
    published: str | None = None


@dataclass(frozen=True)
class Withdrawn:
    """An edition withdrawn on a day, as `access-review withdraw` would record it."""

    edition: str
    on: str
    reason: str
    superseded_by: str = ""


@dataclass(frozen=True)
class Given:
    """A register and its editions. `register` is its description, `words` what a reader must know of it.

    `corrections` is the text of a file in corrections/<register>/.
    """

    register: Mapping[str, Any]
    words: str
    editions: tuple[Edition, ...]
    figures: str | None = None
    reference: Mapping[str, str] = field(default_factory=dict)
    corrections: str = ""
    withdrawn: tuple[Withdrawn, ...] = ()

    @property
    def name(self) -> str:
        return str(self.register["id"])


@dataclass(frozen=True, kw_only=True)
class Example:
    """One worked example: the question asked of a register, and the whole answer.

    `expect` is a table in text. Its columns may be some of the measure's; its rows are all of them, in order.
    `null` is no value, which is never the same as 0. `notes` must each be found in a note of the result;
    `refused` in the message of an error.
    """

    title: str
    words: str
    given: Given
    ask: Mapping[str, object] = field(default_factory=dict)
    expect: str = ""
    working: str = ""
    notes: tuple[str, ...] = ()
    refused: str = ""
    rows: str = ""  # the rows behind the figure, where they are part of the example
    shows_register: bool = True


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A measure in words. Every text may be Markdown."""

    measure: str
    title: str
    words: str
    columns: Mapping[str, str]
    rule: str
    numerator: str
    denominator: str
    exclusions: str
    source: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One worked example of the headline engine: small rows of a measure in, one sentence out.

    `rows` is a table in text, `null` no value; `says` is empty where nothing can be said. `kind` is one of
    `dashboard.findings.KINDS`; `ask` its further arguments. `points` names the columns that give a name and a count.
    """

    kind: str
    title: str
    words: str
    rows: str
    says: str
    ask: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class FirstScreen:
    """What the overview of a register says first: its headline, decisions, and findings with their kinds."""

    title: str
    words: str
    given: Given
    headline: str
    decisions: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]
    ask: Mapping[str, object] = field(default_factory=dict)
