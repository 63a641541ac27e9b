"""docs/definitions.md, made from the definitions and the examples that the tests run.

python -m tests.spec.definitions > docs/definitions.md
"""

# ruff: noqa: E501

from __future__ import annotations

import csv
import io
import sys
import textwrap

from dashboard.text import join_words
from tests.spec.catalogue import DEFINITIONS
from tests.spec.shape import Definition, Example, Given, Sentence
from tests.spec.specs import headlines
from tests.support.warehouse import table


HEAD = """\
<!-- Made by `python -m tests.spec.definitions > docs/definitions.md`; edit tests/spec/specs/, not this file. -->

# Definitions of the measures

What each number counts, what it leaves out, and worked examples. **Every example here is run by the tests**
(`tests/spec`): the register shown goes in, and exactly the figures shown must come out. Organisations in them are
invented. The SQL of each measure is in `dashboard/queries/`, on the facts of `dashboard/warehouse/schema/`.

What holds throughout:

- **Null is not 0.** A figure that a register cannot answer is null (`–` here, an empty cell in CSV), and a note says why.
- **A request counts once**, in the version last published: a later edition overrides an earlier one, and a cell it
  leaves empty leaves the earlier value standing. A request that has left the register still counts. `edition` asks one
  file alone; `known_on` asks what editions published by a day said (an edition of unknown publication date counts from
  its as-at date).
- **A release counts as a row.** Identical references are told apart by an occurrence number, in the order listed.
- **Dates include both ends.** `from` and `to` are both in. With `interval`, whole calendar intervals are listed, and
  the first and last hold only what `from` and `to` leave of them.
- **Open** means received, with nothing that ended it. Approved and not yet released is open. An outcome that is not
  known is not taken as open.
- **Registers are never pooled.** Without `register`, each register has its own rows.
- **Rounding.** Open data give six decimals; nothing is rounded before that.
"""


def cells(row: list[str]) -> str:
    return "| " + " | ".join(row) + " |"


def markdown(text: str) -> str:
    """A table of text as a Markdown table; null as a dash."""
    head = [c.strip() for c in text.strip().splitlines()[0].split("|")]
    rows = [["–" if v == "null" else v for v in row.values()] for row in table(text)]
    return "\n".join([cells(head), cells(["---"] * len(head)), *(cells(row) for row in rows)])


def register(given: Given) -> list[str]:
    found = [given.words, ""]
    for edition in given.editions:
        published = f", published {edition.published}" if edition.published else ""
        sheets = {"": edition.rows} if isinstance(edition.rows, str) else edition.rows
        for name, rows in sheets.items():
            sheet = f", sheet “{name}”" if name else ""
            as_at, *replacement = edition.as_at.split(".")
            replaced = ", replacing the file of that date" if replacement else ""
            found += [f"As at {as_at}{replaced}{published}{sheet}:", "", markdown(rows), ""]
    if given.figures:
        head, *rows = (line.split(",") for line in given.figures.strip().splitlines())
        shown = [i for i, name in enumerate(head) if name not in ("source_address", "explanation")]
        found += ["The figures of others:", "", cells([head[i] for i in shown]), cells(["---"] * len(shown))]
        found += [*(cells([row[i] for i in shown]) for row in rows), ""]
    for text in given.reference.values():
        head, *rows = csv.reader(io.StringIO(text.strip()))
        found += ["The reviewed file:", "", cells(head), cells(["---"] * len(head)), *map(cells, rows), ""]
    if given.corrections:
        found += [
            f"`corrections/{given.name}/spec.toml`:",
            "",
            "```toml",
            given.corrections.strip(),
            "```",
            "",
        ]
    for item in given.withdrawn:
        later = f", superseded by edition {item.superseded_by}" if item.superseded_by else ""
        found += [f"Edition {item.edition} was withdrawn on {item.on}{later}: “{item.reason}”", ""]
    return found


def question(definition: Definition, example: Example) -> str:
    asked = "".join(f" --{name.replace('_', '-')} {value}" for name, value in example.ask.items())
    return f"`access-review measure {definition.measure} --register {example.given.name}{asked}`"


def one_example(definition: Definition, example: Example) -> list[str]:
    found = [f"### {example.title}", "", example.words, ""]
    if example.shows_register:
        found += register(example.given)
    found += [question(definition, example), ""]
    if table(example.expect):
        found += [markdown(example.expect), ""]
    else:
        found += ["No rows.", ""]
    if example.working:
        found += [example.working.strip(), ""]
    if example.notes:
        found += ["Among its notes: " + " · ".join(f"“{n.rstrip('.')}”" for n in example.notes) + ".", ""]
    return found


def sentence(example: Sentence) -> list[str]:
    """One example of the headline engine: its rows, and what it says of them."""
    asked = join_words(
        [f"{name.replace('_', ' ')} {value!s}" for name, value in example.ask.items() if name == "p_value"]
    )
    said = f"says: “{example.says}”" if example.says else "says nothing"
    return [
        f"**{example.title}.** {example.words}",
        "",
        markdown(example.rows),
        "",
        f"`{example.kind}`{f' ({asked})' if asked else ''} {said}",
        "",
    ]


def headline_section() -> list[str]:
    """The headline engine: its rules, each kind with its examples, and the first screen of an overview."""
    found = ["", "## Headlines", "", headlines.WORDS]
    for kind, words in headlines.KIND_WORDS.items():
        found += [f"### {words}", ""]
        for example in headlines.SENTENCES:
            if example.kind == kind:
                found += sentence(example)
    screen = headlines.FIRST_SCREEN
    found += [f"### {screen.title}", "", screen.words, "", f"**{screen.headline}**", ""]
    found += [f"Needs a decision: {len(screen.decisions)}", ""]
    found += [f"{rank}. {words}" for rank, words in enumerate(screen.decisions, 1)]
    found += ["", *(f"- {text}" for _, text in screen.findings), ""]
    return found


def page() -> str:
    lines = [HEAD]
    lines += [f"- [{d.title}](#{d.title.lower().replace(' ', '-')}) (`{d.measure}`)" for d in DEFINITIONS]
    lines += ["- [Headlines](#headlines)"]
    for d in DEFINITIONS:
        lines += ["", f"## {d.title}", "", f"`{d.measure}`. {d.words}", ""]
        lines += [cells(["column", "meaning"]), cells(["---", "---"])]
        lines += [cells([f"`{name}`", words]) for name, words in d.columns.items()]
        for label, text in (
            ("Rule", d.rule),
            ("Numerator", d.numerator),
            ("Denominator", d.denominator),
            ("Left out", d.exclusions),
            ("Source", d.source),
        ):
            lines += ["", f"**{label}.** {text}"]
        lines.append("")
        for example in d.examples:
            lines += one_example(d, example)
    lines += headline_section()
    text = "\n".join(line.rstrip() for line in "\n".join(lines).splitlines())
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


def main() -> None:
    if sys.argv[1:]:
        raise SystemExit(textwrap.dedent(__doc__ or ""))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
