"""Several parts of one answer at the same time: DuckDB plans and reads without holding up Python.

Half of what a page waits for is queries that do not wait for one another. They are shared out to a few threads of the
whole process; what no thread is free for, the asking one does itself. So a busy server does as it did, and an idle one
answers sooner (docs/decisions/0034-parts-at-the-same-time.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar


T = TypeVar("T")

THREADS = 3  # beside those that ask
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="beside")


def together(works: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """What each of `works` returns, by name, in their order.

    Each is run once, under the limits of this thread. Raises what the first of them, in their order, raises; the others
    are let run to their ends, so that none works on behind an answer that was given up.
    """
    names = list(works)
    begun = {name: _POOL.submit(copy_context().run, works[name]) for name in names[1:]}
    found: dict[str, T] = {}
    failed: dict[str, BaseException] = {}
    # From the front those that are given out are begun; this thread takes what is not, and so waits only for what runs.
    for name in (*names[:1], *reversed(names[1:])):
        if name in begun and not begun[name].cancel():
            continue
        try:
            found[name] = works[name]()
        except Exception as error:
            failed[name] = error
    for name, work in begun.items():
        if work.cancelled():
            continue
        failure = work.exception()
        if failure is None:
            found[name] = work.result()
        else:
            failed[name] = failure
    for name in names:
        if name in failed:
            raise failed[name]
    return {name: found[name] for name in names}
