"""Which register a review is of, and what was known of it on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.errors import AccessReviewError, UsageError
from dashboard.filters import Filters
from dashboard.measures import measure, scopes
from dashboard.store import Store


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a review is of: a register, and what was known of it on a day."""

    year: int
    register: str
    known_on: date
    as_at: date
    edition: str

    @property
    def filters(self) -> Filters:
        # An edition that ends before the year reviewed says nothing of that year: no empty years are drawn.
        last = min(self.year - 1, self.as_at.year)
        return Filters(register=self.register, known_on=self.known_on, to=date(last, 12, 31))


def choose(store: Store, *, year: int, as_at: date | None = None, register: str | None = None) -> Choice:
    """The register and edition to review.

    Without `as_at` the latest edition published by 30 April of `year` (one without a date of publication counts
    from its as-at date). Raises AccessReviewError, with the dates there are, where there is no such edition.
    """
    from dashboard.pages import home_register  # not the pages' door only: it imports no Panel

    if not 1990 <= year <= 9999:
        raise UsageError(f"the year must be one such as 2018, not {year}")
    if date(year, 4, 1) > date.today():  # noqa: DTZ011 - the calendar day here is what a schedule goes by
        raise AccessReviewError(
            f"April {year} has not come yet, so what is known by its end cannot be reviewed",
            hint="give a year whose April has begun",
        )
    name = register or home_register(store)
    if name is None:
        raise AccessReviewError("this build holds no register", hint="run 'access-review add', then 'build'")
    listed = measure("editions", store, register=name).dicts()
    editions = [e for e in listed if e["withdrawn_on"] is None]
    if not editions:
        raise AccessReviewError(f"every edition of {name} is withdrawn", hint="nothing is left to review")
    known = [(e["published"] or e["as_at"], e) for e in editions]
    there = "; ".join(
        f"{e['as_at']}" + (f" (published {e['published']})" if e["published"] else " (published: not stated)")
        for _, e in known
    )
    deadline = date(year, 4, 30)
    in_time = [e for from_, e in known if from_ <= deadline]
    if as_at is None:
        if not in_time:
            raise AccessReviewError(
                f"no edition of {name} was published by 30 April {year}",
                hint=f"its editions are as at {there}",
            )
        scope = scopes(store, Filters(register=name, known_on=deadline))[0]
        return Choice(year=year, register=name, known_on=deadline, as_at=scope.as_at, edition=scope.edition)
    if as_at > date.today():  # noqa: DTZ011
        raise AccessReviewError(
            f"the as-at date {as_at} is in the future", hint=f"editions of {name} are as at {there}"
        )
    named = [(from_, e) for from_, e in known if e["as_at"] == as_at]
    if not named:
        first = min(e["as_at"] for _, e in known)
        why = f", which is before its first ({first})" if as_at < first else ""
        raise AccessReviewError(
            f"no edition of {name} is as at {as_at}{why}", hint=f"its editions are as at {there}"
        )
    # A replaced edition: the last version of it that was out in time, else the first that came.
    timely = [(from_, e) for from_, e in named if from_ <= deadline]
    came, chosen = timely[-1] if timely else named[0]
    for known_on in (deadline, came):
        found = scopes(store, Filters(register=name, known_on=known_on))
        if found and found[0].edition == chosen["edition"]:
            return Choice(year=year, register=name, known_on=known_on, as_at=as_at, edition=chosen["edition"])
    raise AccessReviewError(
        f"the edition of {name} as at {as_at} was out of date on the day it came out ({came})",
        hint=f"its editions are as at {there}",
    )
