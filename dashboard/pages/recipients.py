"""Recipients: who asked for data and who received it."""

from __future__ import annotations

from functools import partial

from dashboard import figures, headlines
from dashboard.filters import Filters
from dashboard.measures.refusals import early_words, refused
from dashboard.pages.choosing import choosable
from dashboard.pages.page import Page
from dashboard.series_figures import recipient_flow_exhibit
from dashboard.store import Store
from dashboard.together import together


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    scope = figures.scope_of(store, filters)
    made = together(
        {
            key: partial(choosable, store, filters, "recipients", key, make)
            for key, make in (
                ("recipients", figures.recipients_exhibit),
                ("top-recipients", figures.top_recipients_exhibit),
                ("recipient-flow", recipient_flow_exhibit),
            )
        }
    )
    types, top = made["recipients"], made["top-recipients"]
    flow = made["recipient-flow"] if types is not None else None
    unanswered = []
    if no_share := refused(scope, "share"):
        unanswered.append(no_share)
    elif types is None and figures.fully_listed(store, scope, filters) is None:
        unanswered.append(early_words(scope))
    elif types is None:
        unanswered.append("No row matches these filters.")
    if top is None and not refused(scope, "ranking") and types is not None:
        unanswered.append(f"None can be ranked. {figures.not_published(store, filters, 'recipient')}".strip())
    return Page(
        name="recipients",
        headline=types.title if types else headlines.headline(store, filters),
        filters=filters,
        exhibits=tuple(e for e in (types, top, flow) if e),
        unanswered=tuple(unanswered),
    )
