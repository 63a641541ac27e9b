"""Parts of one answer at the same time: each once, in order, whatever fails and however busy the threads are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from dashboard.errors import LimitError
from dashboard.store import _seconds_left as seconds_left
from dashboard.store import limits, load_query
from dashboard.together import THREADS, together


def test_each_is_run_once_and_comes_in_order() -> None:
    ran: list[str] = []

    def work(name: str) -> Callable[[], str]:
        def run() -> str:
            ran.append(name)
            return name.upper()

        return run

    names = [f"w{i}" for i in range(40)]
    assert list(together({n: work(n) for n in names}).items()) == [(n, n.upper()) for n in names]
    assert sorted(ran) == sorted(names)
    assert together({}) == {}


def test_two_run_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=20)  # which neither passes alone
    assert together({"a": both.wait, "b": both.wait}).keys() == {"a", "b"}


def test_parts_within_parts_end_when_every_thread_is_taken() -> None:
    def deeper(depth: int) -> int:
        if not depth:
            return 1
        return sum(together({str(i): lambda: deeper(depth - 1) for i in range(THREADS + 2)}).values())

    assert deeper(3) == (THREADS + 2) ** 3


def test_the_first_failure_is_raised_once_the_others_have_ended() -> None:
    ended: list[str] = []
    begun = threading.Event()

    def slow() -> None:
        begun.set()
        threading.Event().wait(0.05)
        ended.append("slow")

    def fails(words: str) -> None:
        begun.wait(20)
        raise ValueError(words)

    works = {
        "one": lambda: fails("first"),
        "slow": slow,
        "two": lambda: fails("second"),
        "three": lambda: ended.append("three"),
    }
    with pytest.raises(ValueError, match=r"^first$"):
        together(works)
    assert sorted(ended) == ["slow", "three"]


def test_what_is_so_in_the_asking_thread_is_so_in_each() -> None:
    told: ContextVar[str] = ContextVar("told", default="nothing")
    told.set("this")
    assert set(together({str(i): told.get for i in range(20)}).values()) == {"this"}


def test_the_limits_of_an_answer_hold_in_each_of_its_parts() -> None:
    query = load_query("volumes")
    with limits(seconds=0.0), pytest.raises(LimitError):
        together({"quick": lambda: 1.0, "query": lambda: seconds_left(query)})
    with limits(seconds=5.0):
        left = together({str(i): lambda: seconds_left(query) for i in range(20)})
    assert all(0 < seconds <= 5 for seconds in left.values())
    assert seconds_left(query) > 5
