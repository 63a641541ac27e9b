"""Pages made lately, shared by what draws them: a page's HTML and its live charts are of the same figures.

Both are asked for at once when a reader changes a filter. Whichever comes first works the page out, and the other
waits for it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from dashboard.filters import Filters
from dashboard.pages import Page, make_page
from dashboard.store import Store


KEPT = 64

Key = tuple[str, str, Filters, tuple[tuple[str, str], ...]]


class Made:
    """Pages of one store by build, name and filters. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._making: dict[Key, threading.Lock] = {}

    def page(self, name: str, filters: Filters, extra: dict[str, str] | None = None) -> Page:
        """A page as `make_page` makes it, which see. One without a chart is made anew each time."""
        key = (self.store.build.id, name, filters, tuple(sorted((extra or {}).items())))
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            try:
                with self._lock:
                    if key in self._pages:
                        return self._pages[key]
                made = make_page(self.store, name, filters, extra)
                # Only these are asked for twice; others may tell of what is in no build, such as reviews.
                if any(exhibit.chart for exhibit in made.exhibits):
                    with self._lock:
                        self._pages[key] = made
                        while len(self._pages) > KEPT:
                            self._pages.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._making.pop(key, None)
