"""The feeds that the site gives: the changes of one register, and the reviews shown."""

from __future__ import annotations

from itertools import groupby

from dashboard.feeds import KIND, atom, reviews_atom
from dashboard.filters import Filters
from dashboard.measures import change_counts, checked
from dashboard.web.kept import Answer, answer
from dashboard.web.site import Site


MOST = 500  # changes listed one by one, of whole editions, the latest first


def changes_feed(site: Site, register: str, origin: str) -> Answer:
    """Every edition's changes; of those with too many, how many of what. Raises UsageError for an unknown register."""
    checked(site.store, Filters(register=register))
    described = next(r for r in site.store.query("registers").dicts() if r["register"] == register)
    known = {
        e["edition"]: e["published"] or e["as_at"]
        for e in site.store.query("editions", Filters(register=register)).dicts()
    }
    listed, counted, room = [], [], MOST
    editions = [
        list(rows)
        for _, rows in groupby(change_counts(site.store, register=register), key=lambda r: r["edition"])
    ]
    for rows in reversed(editions):
        edition, total = rows[0]["edition"], sum(row["changes"] for row in rows)
        if total <= room:
            room -= total
            listed += site.store.query("changes", Filters(register=register, edition=edition)).dicts()
        else:
            room = 0  # an older edition is not listed where a later one is not
            counted += [{**row, "known_from": known[edition]} for row in rows]
    text = atom(
        listed, register=register, title=described["short_title"], publisher=described["publisher"],
        address=described["address"], updated=described["published"] or described["as_at"], site=origin,
        counted=counted, synthetic=described["synthetic"],
    )  # fmt: skip
    return answer(text.encode("utf-8"), f"{KIND}; charset=utf-8")


def reviews_feed(site: Site, origin: str) -> Answer:
    return answer(reviews_atom(site.reviews(), site=origin).encode("utf-8"), f"{KIND}; charset=utf-8")
