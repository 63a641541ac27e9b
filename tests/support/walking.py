"""A reader's walk through the served pages with no browser: links, searches and forms as the first HTML has them."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

from bs4 import BeautifulSoup, Tag

from tests.support.serving import Served


def words_of(element: Tag) -> str:
    """What stands in an element, white space folded, in one line."""
    return " ".join(element.get_text(" ").split())


def seen_of(element: Tag) -> str:
    """The same without what only a screen reader reads."""
    hidden = {id(one) for one in element.select(".visually-hidden, [aria-hidden=true]")}
    parts = [
        str(text)
        for text in element.find_all(string=True)
        if not any(id(parent) in hidden for parent in text.parents)
    ]
    return " ".join(" ".join(parts).split())


@dataclass
class Walk:
    """Where a reader is, and each step from where they began."""

    site: Served
    register: str
    at: str = ""
    steps: list[str] = field(default_factory=list)
    body: bytes = b""

    def begin(self, address: str, called: str) -> Walk:
        self._open(address)
        self.steps = [called]
        return self

    def _open(self, address: str) -> None:
        self.at = urljoin(self.at, address)
        path, _, fragment = self.at.partition("#")
        answer = self.site.get(path)
        assert answer.status == 200, (self.steps, self.at, answer.status)
        self.body = answer.body
        if fragment:
            assert self.page.find(id=fragment), f"no place {fragment} at {path}"

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.body, "lxml")

    @property
    def headline(self) -> str:
        heading = self.page.h1
        assert heading
        return words_of(heading)

    def links(self, near: str = "") -> list[Tag]:
        """Every link of the page; with `near`, those of the smallest part of it that says so."""
        if not near:
            return self.page.find_all("a", href=True)
        parts = [p for p in self.page.find_all(["section", "li", "dd", "tr", "p"]) if near in words_of(p)]
        parts = [p for p in parts if p.find("a", href=True)]
        assert parts, f"nothing at {self.at} says {near!r}"
        return min(parts, key=lambda p: len(words_of(p))).find_all("a", href=True)

    def follow(self, seen: str, *, near: str = "", folded: str = "") -> Walk:
        """Follow the one link that reads so, or begins so; `folded`: under what it is opened."""
        every = self.links(near)
        found = [a for a in every if seen_of(a) == seen] or [a for a in every if seen_of(a).startswith(seen)]
        assert len({a["href"] for a in found}) == 1, (self.at, seen, [words_of(a) for a in every])
        [link] = found[:1]
        if folded:
            details = link.find_parent("details")
            assert details, f"{seen} is not folded away"
            assert details.summary, folded
            assert seen_of(details.summary) == folded
            self.steps.append(f"open “{folded}”")
        self.steps.append(f"“{seen_of(link)}”" + (f" beside “{near}”" if near else ""))
        self._open(str(link["href"]))
        return self

    def search(self, words: str) -> Walk:
        """Look for words in the box that every page has."""
        form = self.page.find("form", class_="site-search")
        assert isinstance(form, Tag)
        hidden = {str(i["name"]): str(i["value"]) for i in form.select("input[type=hidden]")}
        [box] = form.select("input[type=search]")
        self.steps.append(f"search for “{words}”")
        self._open(f"{form['action']}?{urlencode({**hidden, str(box['name']): words})}")
        return self

    def choose(self, label: str, option: str) -> Walk:
        """Set one field of the page's filter form and apply it."""
        form = self.page.find("form", class_="filters")
        assert isinstance(form, Tag)
        [name] = [str(one["for"]) for one in form.find_all("label") if words_of(one) == label]
        sent: dict[str, str] = {}
        for select in form.find_all("select"):
            options = select.find_all("option")
            chosen = next((o for o in options if o.has_attr("selected")), options[0])
            if select["id"] == name:
                [chosen] = [o for o in options if words_of(o) == option]
            sent[str(select["name"])] = str(chosen["value"])
        for one in form.select("input[type=hidden]"):
            sent[str(one["name"])] = str(one["value"])
        self.steps.append(f"{label}: {option}")
        self._open(f"{form['action']}?{urlencode({k: v for k, v in sent.items() if v})}")
        return self

    def says(self, words: str) -> str:
        """The words, where the page has them to be read: not in its navigation, and not in an address alone."""
        main = self.page.find("main") or self.page
        assert words in words_of(main), f"{self.at} does not say {words!r}"
        return words

    def rows(self) -> list[dict[str, str]]:
        """Where the reader is at a CSV: its rows."""
        return list(csv.DictReader(io.StringIO(self.body.decode("utf-8-sig"))))

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def path(self) -> str:
        """Every step in words, the first being where the walk began."""
        return " > ".join(re.sub(r"\s+", " ", step) for step in self.steps)
