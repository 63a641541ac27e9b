"""The tables of open data: the views of the schema `open_data`, each with the query that asks it of one register."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table. `query` has the view's columns in its order, of one register and as known on a day; `key` names one
    row of it, empty where nothing published does."""

    name: str  # of the view and the files
    title: str
    query: str
    key: tuple[str, ...] = ()


REGISTERS = Table(name="registers", title="Registers", query="open_registers", key=("register",))
TABLES = (
    Table(name="requests", title="Requests", query="open_requests", key=("register", "reference")),
    Table(
        name="releases", title="Releases", query="open_releases", key=("register", "reference", "occurrence")
    ),
    Table(name="recipients", title="Recipients", query="open_recipients", key=("register", "recipient_id")),
    Table(name="person_counts", title="Counts of persons", query="open_person_counts"),
    Table(name="changes", title="Changes between editions", query="changes", key=("change",)),
    Table(name="issues", title="Problems in the data", query="issues_known"),
    Table(name="editions", title="Editions", query="editions", key=("register", "edition")),
)
# What one table says of another: a column, the table, and its column.
LINKS = {
    "releases": (("request", "requests", "reference"), ("recipient_id", "recipients", "recipient_id")),
    "requests": (("recipient_id", "recipients", "recipient_id"), ("edition", "editions", "edition")),
}
