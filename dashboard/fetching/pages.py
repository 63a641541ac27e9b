"""What a publisher's page lists: its files, its note of each change, and whether it has been withdrawn.

A page of GOV.UK is read through the Content API (JSON), any other as HTML whose links are files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup, Tag

from dashboard.cleaning import normalise_text, tidy
from dashboard.errors import AccessReviewError
from dashboard.layouts import MONTH_YEAR, MONTHS
from dashboard.outlets import GOVUK
from dashboard.text import day


MOST_DOCUMENTS = 2_000  # a page with more is not a list of editions
FEWEST_WORDS = 3  # a title of fewer words, such as "Data", says nothing when a note has it too


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file that a page lists. `problem`: why it cannot be a file of a register, whatever its name."""

    address: str
    file: str
    title: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """One entry of a page's history."""

    day: date
    words: str


@dataclass(frozen=True, kw_only=True)
class Page:
    address: str  # as a reader opens it
    title: str
    documents: tuple[Document, ...]
    notes: tuple[Note, ...] = ()
    updated: date | None = None
    withdrawn: str = ""  # a sentence, when it is


def _soup(markup: str | bytes) -> BeautifulSoup:
    # On a line of its own: markup that begins like an address makes the parser warn that it is one.
    return BeautifulSoup("\n" + markup if isinstance(markup, str) else b"\n" + markup, "html.parser")


def api_address(page: str, base: str) -> str:
    """The Content API's address for a page of GOV.UK, asked at `base`."""
    return f"{base.rstrip('/')}/api/content{urlsplit(page).path.rstrip('/')}"


def read_govuk(body: bytes, page: str, base: str) -> Page:
    """A content item of the Content API. Raises AccessReviewError where it is not one that lists files."""

    def fail(words: str) -> AccessReviewError:
        return AccessReviewError(
            f"{page}: the Content API's answer {words}",
            hint="open the page in a browser; 'access-review add' takes what is downloaded by hand",
        )

    try:
        item = json.loads(body)
    except (ValueError, RecursionError):
        raise fail("is not JSON") from None
    if not isinstance(item, dict):
        raise fail("is not a content item")
    kind = str(item.get("schema_name") or item.get("document_type") or "")
    if kind == "redirect":
        onward = [r.get("destination") for r in _list(item.get("redirects")) if isinstance(r, dict)]
        where = next((urljoin(GOVUK, d) for d in onward if isinstance(d, str) and d), "another address")
        raise AccessReviewError(
            f"{page}: the page has moved to {where}", hint="put the new address in the register's [fetch]"
        )
    if kind == "gone":
        raise AccessReviewError(
            f"{page}: the page has been taken away",
            hint="look for it in the UK Government Web Archive; 'access-review add' takes what is downloaded by hand",
        )
    details = item.get("details")
    if not isinstance(details, dict):
        raise fail("has no details")
    attachments = _list(details.get("attachments"))
    if attachments:
        documents = [_attachment(a, base) for a in attachments]
    else:
        documents = [d for html in _list(details.get("documents")) for d in _rendered(html, base)]
    return Page(
        address=page,
        title=_text(item.get("title")),
        documents=_listed_once(documents),
        notes=_notes(details.get("change_history")),
        updated=_day(item.get("public_updated_at")),
        withdrawn=_withdrawn(item.get("withdrawn_notice")),
    )


def read_links(body: bytes, page: str, here: str) -> Page:
    """A plain page of HTML, served from `here`: each link is a document."""
    soup = _soup(body)
    base = soup.find("base", href=True)
    root = _joined(here, str(base["href"])) if isinstance(base, Tag) else here
    documents = [
        Document(address=address, file=_file_name(address), title=_text(link.get_text(" ")))
        for link in soup.find_all("a", href=True)
        if (address := _joined(root or here, str(link["href"])))
    ]
    title = soup.find("title")
    return Page(
        address=page,
        title=_text(title.get_text(" ")) if isinstance(title, Tag) else "",
        documents=_listed_once(documents),
    )


def published_day(page: Page, document: Document, as_at: date | None) -> tuple[date | None, str, str]:
    """When a file was published, on what basis, and the note that says so.

    `change_note`: the latest note that names the file or the month it is about. `page_updated`: no note does,
    and the day of the page's last update bounds it. None, "" where the page says nothing, or nothing that
    comes after `as_at`.
    """
    fitting = [
        n for n in page.notes if _names(n.words, document, as_at) and (as_at is None or n.day >= as_at)
    ]
    if fitting:
        latest = max(fitting, key=lambda n: n.day)
        return latest.day, "change_note", latest.words
    if page.updated and (as_at is None or page.updated >= as_at):
        return page.updated, "page_updated", ""
    return None, "", ""


def _names(note: str, document: Document, as_at: date | None) -> bool:
    words = normalise_text(note)
    for name in (document.title, document.file, PurePosixPath(document.file).stem.replace("_", " ")):
        key = normalise_text(name)
        if len(key.split()) >= FEWEST_WORDS and key in words:
            return True
    if (
        len(document.file) > len(PurePosixPath(document.file).suffix) + 8
        and document.file.casefold() in note.casefold()
    ):
        return True
    months = _months(f"{document.title} {document.file}")[-1:]  # of a period, the month that ends it
    if not months and as_at:
        months = [(as_at.year, as_at.month)]
    return bool(set(months) & set(_months(note)))


def _months(text: str) -> list[tuple[int, int]]:
    found = []
    for match in MONTH_YEAR.finditer(text):
        number = MONTHS.get(match[1][:3].lower())
        if number:
            year = int(match[2])
            found.append((year if year > 99 else 2000 + year, number))
    return found


def _attachment(record: object, base: str) -> Document:
    """One of `details.attachments`. What is not shaped as one is still listed, with what is wrong."""
    if not isinstance(record, dict) or not isinstance(record.get("url"), str) or not record["url"]:
        title = _text(record.get("title")) if isinstance(record, dict) else ""
        return Document(address="", file="", title=title, problem="it is listed without an address")
    address = _joined(base, record["url"])
    kind = record.get("attachment_type") or "file"
    problem = {
        "file": "",
        "html": "it is a page to read, not a file",
        "external": "it is kept by somebody else, at another address",
    }.get(str(kind), f"it is of a kind that is not known ({_text(kind)[:40]})")
    named = record.get("filename")
    file = _clean_name(named) if isinstance(named, str) and named else _file_name(address)
    return Document(
        address=address,
        file=file,
        title=_text(record.get("title")),
        problem=problem if address else f"its address cannot be asked ({_text(record['url'])[:200]})",
    )


def _rendered(html: object, base: str) -> list[Document]:
    """The files in one of `details.documents`: HTML that the publisher's system made of each attachment."""
    if not isinstance(html, str):
        return []
    soup = _soup(html)
    heading = soup.find(["h2", "h3"])
    title = _text(heading.get_text(" ")) if isinstance(heading, Tag) else ""
    found = []
    for link in soup.find_all("a", href=True):
        href = str(link["href"])
        address = _joined(base, href)
        # "View online" leads to a page about the file, mailto: to a person, # to a place on the same page.
        if href.startswith("#") or not address or not PurePosixPath(_file_name(address)).suffix:
            continue
        own = _text(link.get_text(" "))
        found.append(Document(address=address, file=_file_name(address), title=title or own))
    return found


def _listed_once(documents: list[Document]) -> tuple[Document, ...]:
    """The first mention of each address: a thumbnail and a title link to one file."""
    found: dict[str, Document] = {}
    for number, document in enumerate(documents):
        key = document.address or f"without an address {number}"
        if key not in found or (not found[key].title and document.title):
            found[key] = document
        if len(found) > MOST_DOCUMENTS:
            raise AccessReviewError(
                f"the page lists more than {MOST_DOCUMENTS:,} files",
                hint="name the page of this register alone",
            )
    return tuple(found.values())


def _joined(base: str, href: str) -> str:
    """A whole address without its fragment; empty where it is none that can be asked."""
    try:
        whole = urljoin(base if base.endswith("/") or urlsplit(base).path else f"{base}/", href.strip())
        parts = urlsplit(whole)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        return parts._replace(fragment="").geturl()
    except ValueError:
        return ""


def _file_name(address: str) -> str:
    return _clean_name(unquote(PurePosixPath(urlsplit(address).path).name))


def _clean_name(name: str) -> str:
    """The last part of a name, whichever way its slashes lean, without what cannot be printed."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return tidy("".join(c for c in last if c.isprintable()))


def _notes(history: object) -> tuple[Note, ...]:
    found = []
    for entry in _list(history):
        if isinstance(entry, dict) and (when := _day(entry.get("public_timestamp"))):
            found.append(Note(day=when, words=_text(entry.get("note"))))
    return tuple(sorted(found, key=lambda n: (n.day, n.words)))


def _withdrawn(notice: object) -> str:
    """A page that stands has no notice, or an empty one."""
    if not isinstance(notice, dict) or not notice:
        return ""
    when = _day(notice.get("withdrawn_at"))
    html = notice.get("explanation")
    why = _text(_soup(html).get_text()) if isinstance(html, str) else ""
    return f"The publisher withdrew the page{f' on {day(when)}' if when else ''}{f': {why[:500]}' if why else '.'}"


def _day(stamp: object) -> date | None:
    """The day of a time stamp where GOV.UK is: 23:30 UTC in summer is the next day in London."""
    if not isinstance(stamp, str):
        return None
    try:
        when = datetime.fromisoformat(stamp)
        return when.astimezone(_london()).date() if when.tzinfo else when.date()
    except (ValueError, OverflowError):
        return None


def _london() -> tzinfo:
    try:
        return ZoneInfo("Europe/London")
    except (LookupError, OSError):  # a machine without time zones: an hour near midnight is all it costs
        return UTC


def _text(value: Any) -> str:
    return tidy(str(value)) if value is not None else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
