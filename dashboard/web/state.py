"""One validated state: what an address asks for, what of it was not understood, and the address that says the rest.

The page, its live charts and its form all begin here, so none of them reads an address in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboard import measures
from dashboard.errors import AccessReviewError
from dashboard.filters import NAMES, SEVERAL, Filters, from_address
from dashboard.pages import OWN, home_register
from dashboard.store import Store
from dashboard.text import day


MOST_PAIRS = 60  # an address with more is not one a person made


@dataclass(frozen=True, kw_only=True)
class State:
    """What a page is about: filters with a register that is here, the page's own fields, and what was dropped.

    `problems` are sentences for the page. `respelt`: the address says the same in more words than it needs, as a
    form without JavaScript does.
    """

    filters: Filters
    extra: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    respelt: bool = False

    @property
    def query(self) -> str:
        """The address query that says exactly this."""
        return "&".join(part for part in (self.filters.query(), urlencode(self.extra)) if part)


def maybe_respelt(query: str) -> bool:
    """Whether an address may be in more words than it needs: a look at it alone, before it is read."""
    names = [pair.partition("=") for pair in query.split("&")]
    return any(not value for _, _, value in names) or len({name for name, *_ in names}) < len(names)


def read_state(store: Store, query: str) -> State:
    """What an address asks for of the build in force. A bad or unknown value is named and dropped, never raised.

    Raises AccessReviewError where the build holds no register.
    """
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    problems: list[str] = []
    if len(pairs) > MOST_PAIRS:
        problems.append(f"Ignored in the address: all after its first {MOST_PAIRS} values.")
        pairs = pairs[:MOST_PAIRS]
    arguments: dict[str, str] = {}
    respelt = False
    for name, value in pairs:
        respelt |= not value or name in arguments
        if value and name in SEVERAL and name in arguments:  # a form sends one pair a box that is ticked
            value = f"{arguments[name]},{value}"
        if value:
            arguments[name] = value
    filters, ignored = from_address({k: v for k, v in arguments.items() if k not in OWN})
    filters, unknown = _of_this_build(store, filters)
    return State(
        filters=filters,
        extra=tuple((k, arguments[k]) for k in sorted(OWN) if k in arguments),
        problems=(*problems, *ignored, *unknown),
        respelt=respelt and any(name in {*NAMES, *OWN} for name, _ in pairs),
    )


def _of_this_build(store: Store, filters: Filters) -> tuple[Filters, list[str]]:
    """The filters without what names something that is not here, and a sentence for each."""
    problems: list[str] = []

    def drop(words: str, **names: Any) -> None:
        nonlocal filters
        problems.append(f"Ignored in the address: {words}.")
        filters = replace(filters, **names)

    known = [r["register"] for r in store.query("registers").dicts()]
    if not known:
        raise AccessReviewError("the build holds no register", hint="add one and build")
    if filters.register and filters.register not in known:
        drop(f"there is no register called '{filters.register}' here", register=None, edition=None)
    if filters.register is None:
        filters = replace(filters, register=home_register(store))
    if filters.edition and not measures.scopes(store, filters):
        drop(f"the register has no edition '{filters.edition}'", edition=None)
    if filters.known_on and not measures.scopes(store, filters):
        drop(f"no edition was published by {day(filters.known_on)}", known_on=None)
    if filters.edition or filters.known_on:
        return filters, problems  # an earlier edition may have had what the latest has not
    for name in ("route", "tier", "dataset", "recipient", "reference"):
        value = getattr(filters, name)
        if value is None:
            continue
        # Alone with its register: other filters may leave nothing of it, which is no mistake of the address.
        alone = Filters(register=filters.register, **{name: value})
        if store.query("named_filter", alone).rows:
            continue
        said = value[0] if isinstance(value, tuple) and len(value) == 1 else value
        said = ", ".join(said) if isinstance(said, tuple) else said
        drop(f"the register has no {name.replace('dataset', 'data set')} '{said}'", **{name: None})
    return filters, problems
