"""One fetch: what the publisher lists, what of it is new, and where each file goes.

A file is archived, known already, a replacement for one we have, kept aside (it fits no layout, or what it
replaces is not plain), refused (with words that say how to take it by hand), or left (not of this register).
What is archived stays archived, so a fetch that is stopped goes on where it was.
"""

from __future__ import annotations

import io
import json
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from dashboard.edition import Edition
from dashboard.editions import Added, add_edition, list_editions
from dashboard.errors import AccessReviewError
from dashboard.fetching.arrivals import safe_name, wrong_kind
from dashboard.fetching.pages import Document, Page, api_address, published_day, read_govuk, read_links
from dashboard.fetching.web import Answer, Client, Refusal
from dashboard.files import disk_errors, lock, sha256_of, write_whole
from dashboard.incoming import Kept, keep, list_kept, settle, sweep
from dashboard.origin import Origin
from dashboard.outlets import GOVUK, Outlet
from dashboard.registers import Register
from dashboard.settings import Settings
from dashboard.text import day


# archived, replaced, known, kept aside, refused, left; new: what a dry run would ask for
ENDED_WELL = ("archived", "replaced", "known", "left", "new")
STATE = ".fetch.json"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one address. `next`: the command, or what to do by hand, where there is something to do."""

    address: str
    file: str
    status: str
    edition: str = ""
    words: str = ""
    next: str = ""


@dataclass(kw_only=True)
class Fetched:
    results: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # sentences about the pages

    @property
    def whole(self) -> bool:
        """Whether everything that belongs to the register is in the archive."""
        return all(r.status in ENDED_WELL for r in self.results)


def fetch(
    settings: Settings,
    register: Register,
    client: Client,
    *,
    base: str = GOVUK,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Fetched:
    """Ask the register's pages for files and archive what is new. `base` stands in for www.gov.uk in tests.

    With `dry_run` the pages are asked and nothing else, and nothing on disk changes. Raises AccessReviewError
    when the register does not say where its files are, the archive is damaged, or the disk refuses; what a
    publisher refuses is a result.
    """
    outlet = register.fetch
    if outlet is None:
        raise AccessReviewError(
            f"{register.path}: the register {register.id} does not say where its files are published",
            hint=f"add a table [fetch] there (docs/how-to-get-editions.md), or download the files and run "
            f"'access-review add {register.id} FOLDER'",
        )
    folder = settings.incoming / register.id
    with disk_errors("the fetch"), nullcontext() if dry_run else _alone(folder):
        return _Fetch(settings, register, outlet, client, base, dry_run, progress).run()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with lock(folder / ".lock", f"fetching {folder.name}"):
        sweep(folder)
        try:
            yield
        finally:
            sweep(folder)


class _State:
    """What publishers said last: entity tags and dates, so that what has not changed is not sent again.

    A memory only: without it everything is asked for anew, and what comes is known by its bytes.
    """

    def __init__(self, path: Path, *, keep: bool) -> None:
        self._path, self._keep = path, keep
        self.pages: dict[str, dict[str, str]] = {}
        self.files: dict[str, dict[str, str]] = {}
        try:
            record = json.loads(path.read_text("utf-8"))
            for name, into in (("pages", self.pages), ("files", self.files)):
                for address, said in record[name].items():
                    into[address] = {str(k): str(v) for k, v in said.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.pages, self.files = {}, {}

    def write(self) -> None:
        if self._keep:
            record = {"pages": self.pages, "files": self.files}
            write_whole(self._path, json.dumps(record, ensure_ascii=True, indent=1, sort_keys=True) + "\n")


class _Fetch:
    def __init__(
        self,
        settings: Settings,
        register: Register,
        outlet: Outlet,
        client: Client,
        base: str,
        dry_run: bool,
        progress: Callable[[str], None],
    ) -> None:
        self.settings, self.register, self.outlet = settings, register, outlet
        self.client, self.base, self.dry_run, self.progress = client, base, dry_run, progress
        self.folder = settings.incoming / register.id
        self.state = _State(self.folder / STATE, keep=not dry_run)
        self.fetched = Fetched()
        self.closed: dict[str, str] = {}  # hosts that refuse this machine, and what they said
        self.listed: set[str] = set()
        self.unread = False  # a page could not be read, so what it lists is not known

    def run(self) -> Fetched:
        if self.outlet.assumed:
            self.fetched.notes.append(
                f"The address of the page is recalled, not seen: check it, then take 'assumed' out of "
                f"{self.register.path.name}."
            )
        pages = [page for address in self.outlet.pages if (page := self._page(address)) is not None]
        self.unread = len(pages) < len(self.outlet.pages)
        self.listed = {d.address for page in pages for d in page.documents}
        done: set[str] = set()
        for page in pages:
            if page.withdrawn:
                self.fetched.notes.append(f"{page.address}: {page.withdrawn}")
            taken = 0
            for document in page.documents:
                if document.address not in done:
                    if document.address:
                        done.add(document.address)
                    taken += self._document(page, document)
            if not taken:
                self._result(
                    Document(address=page.address, file="", title=page.title),
                    "refused",
                    words="the page lists no file of this register",
                    next=f"look at the page, then at 'files' and 'leave' in [fetch] of {self.register.path.name}",
                )
        return self.fetched

    def _result(
        self, document: Document, status: str, edition: str = "", words: str = "", next: str = ""
    ) -> None:
        self.fetched.results.append(
            Result(
                address=document.address,
                file=document.file,
                status=status,
                edition=edition,
                words=words.removeprefix(f"{document.address}: "),
                next=next,
            )
        )

    # Pages

    def _page(self, address: str) -> Page | None:
        """What a page lists; None, and a result, when it cannot be read."""
        govuk = self.outlet.kind == "govuk"
        asked = api_address(address, self.base) if govuk else address
        said = self.state.pages.get(asked, {})
        into = io.BytesIO()
        self.progress(f"asking {address}")
        host = urlsplit(asked).hostname or ""
        try:
            if host in self.closed:
                raise Refusal(f"{asked}: not asked for: {self.closed[host]}", forbidden=True)
            answer = self.client.get(
                asked,
                into,
                most=self.client.manners.page_bytes,
                etag=said.get("etag", "") if said.get("body") else "",
                last_modified=said.get("last_modified", "") if said.get("body") else "",
            )
            body = said["body"].encode("utf-8") if answer.unchanged else into.getvalue()
            here = said.get("final_address", asked) if answer.unchanged else answer.address
            page = read_govuk(body, address, self.base) if govuk else self._plain(body, address, here)
        except AccessReviewError as error:
            by_hand = (
                f"open {address} in a browser, download each file that is new, and for each: "
                f"access-review add {self.register.id} FILE --published YYYY-MM-DD --url ADDRESS"
            )
            forbidden = isinstance(error, Refusal) and error.forbidden
            if forbidden:
                self.closed.setdefault(host, f"{host} refuses to serve this machine")
            self._result(
                Document(address=address, file="", title=""),
                "refused",
                words=error.message.removeprefix(f"{asked}: ").removeprefix(f"{address}: "),
                next=by_hand if forbidden or not error.hint else f"{error.hint}; else {by_hand}",
            )
            return None
        if not answer.unchanged:
            text = body.decode("utf-8", "replace")
            # what is not UTF-8 is not remembered: it could not be read again from here
            self.state.pages[asked] = (
                {**_validators(answer), "body": text} if text.encode("utf-8") == body else {}
            )
            self.state.write()
        return page

    def _plain(self, body: bytes, address: str, here: str) -> Page:
        page = read_links(body, address, here)
        looked_at = tuple(d for d in page.documents if self.outlet.looks_at(d.address))
        return Page(address=address, title=page.title, documents=looked_at)

    # Files

    def _document(self, page: Page, document: Document) -> int:
        """Settle one file; 1 when it is of this register, else 0."""
        if document.problem and not document.address:
            self._result(
                document,
                "refused",
                words=f"'{document.title}': {document.problem}",
                next=f"open {page.address}",
            )
            return 1
        if document.problem or not self.outlet.takes(document.file):
            # A plain page links to all the world; only what looks like a file is worth a line.
            if self.outlet.kind == "govuk" or PurePosixPath(document.file).suffix:
                self._result(
                    document, "left", words=document.problem or "its name is not one that [fetch] takes"
                )
            return 0
        editions = [e for e in list_editions(self.settings) if e.register == self.register.id]
        kept = list_kept(self.settings, self.register.id)
        at_address = [e for e in editions if e.address == document.address]
        said = self.state.files.get(document.address, {})
        if self.dry_run:
            self._foresee(document, editions, kept, said)
            return 1
        have = {e.sha256 for e in editions} | {k.sha256 for k in kept}
        if said.get("sha256") not in have:
            said = {}  # what was said was said of bytes that are gone
        host = urlsplit(document.address).hostname or ""
        if host in self.closed:
            self._refused(page, document, at_address, f"not asked for: {self.closed[host]}", forbidden=True)
            return 1
        scratch = Path(tempfile.mkdtemp(prefix=".part-", dir=self.folder))
        try:
            file = scratch / safe_name(document.file)
            with file.open("w+b") as into:
                answer = self.client.get(
                    document.address,
                    into,
                    most=self.client.manners.file_bytes,
                    etag=said.get("etag", ""),
                    last_modified=said.get("last_modified", ""),
                )
            if answer.unchanged:
                self._again(page, document, said["sha256"], editions, kept)
            else:
                self._came(page, document, file, answer, editions, kept)
        except Refusal as refusal:
            if refusal.forbidden:
                self.closed[host] = f"{host} refuses to serve this machine"
            self._refused(page, document, at_address, refusal.message, forbidden=refusal.forbidden)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return 1

    def _foresee(
        self, document: Document, editions: list[Edition], kept: list[Kept], said: dict[str, str]
    ) -> None:
        known = [e for e in editions if e.address == document.address or e.sha256 == said.get("sha256")]
        aside = [k for k in kept if k.address == document.address]
        if known:
            self._result(
                document,
                "known",
                known[-1].edition,
                "archived from this address; a fetch asks whether it has changed",
            )
        elif aside:
            self._result(
                document, "kept aside", words=aside[-1].reason, next=self._add_command(aside[-1].file)
            )
        else:
            self._result(document, "new", words="would be asked for and archived")

    def _again(
        self, page: Page, document: Document, sha256: str, editions: list[Edition], kept: list[Kept]
    ) -> None:
        """The publisher says that nothing changed: what we have is archived, or waits to be."""
        found = [e for e in editions if e.sha256 == sha256]
        if found:
            self._result(document, "known", found[-1].edition, "the publisher says that it has not changed")
            return
        waiting = next(k for k in kept if k.sha256 == sha256)
        self._place(page, document, waiting.file, waiting.origin, sha256, editions, waiting)

    def _came(
        self,
        page: Page,
        document: Document,
        file: Path,
        answer: Answer,
        editions: list[Edition],
        kept: list[Kept],
    ) -> None:
        with file.open("rb") as stream:
            wrong = wrong_kind(stream.read(4096), answer.content_type, document.file)
        if wrong:
            raise Refusal(f"{document.address}: what came {wrong}")
        sha256 = sha256_of(file)
        found = [e for e in editions if e.sha256 == sha256]
        waiting = next((k for k in kept if k.sha256 == sha256), None)
        if found:
            self._result(document, "known", found[-1].edition, "these bytes are archived already")
        else:
            origin = Origin(
                obtained_by="fetch",
                obtained=self.client.now().isoformat(timespec="seconds"),
                final_address=answer.address,
                page=page.address,
                page_title=page.title,
                title=document.title,
                content_type=answer.content_type,
                etag=answer.etag,
                last_modified=answer.last_modified,
            )
            self._place(page, document, waiting.file if waiting else file, origin, sha256, editions, waiting)
        # Last, so that a fetch stopped before this asks again: what came is then known by its bytes.
        self.state.files[document.address] = {**_validators(answer), "sha256": sha256}
        self.state.write()

    def _place(
        self,
        page: Page,
        document: Document,
        file: Path,
        origin: Origin,
        sha256: str,
        editions: list[Edition],
        waiting: Kept | None,
    ) -> None:
        """Archive the file, or keep it aside with the reason."""
        provenance = (
            f"Fetched from {page.title or 'the page'} ({page.address}): {document.title or document.file}."
        )
        published, basis, note = published_day(page, document, None)
        reason, hint, replaces, trial = "", "", False, None
        try:
            # Read first, written after: the day it describes settles when it was published and what it replaces.
            trial = self._add(
                file, document, published, basis, origin, provenance, replaces=True, dry_run=True
            )
            published, basis, note = published_day(page, document, trial.edition.as_at)
            earlier = next((e for e in editions if e.edition == trial.edition.replaces), None)
            if earlier is not None:
                reason = self._not_plainly_replaced(document, earlier)
                replaces = not reason
        except AccessReviewError as error:
            reason, hint = error.message, f"{error.hint}; then: " if error.hint else ""
        origin = replace(origin, change_note=note)
        if reason:
            kept = keep(
                self.settings,
                file,
                Kept(
                    file=file, register=self.register.id, address=document.address, sha256=sha256, reason=reason,
                    published=published, published_basis=basis, provenance=provenance, origin=origin,
                ),
            )  # fmt: skip
            command = self._add_command(kept.file, replaces=trial is not None)
            self._result(document, "kept aside", words=reason, next=hint + command)
            return
        added = self._add(
            file, document, published, basis, origin, provenance, replaces=replaces, dry_run=False
        )
        if waiting is not None:
            settle(waiting)
        self._result(
            document,
            "replaced" if replaces else "archived",
            added.edition.edition,
            _archived_words(added, note),
        )

    def _add(
        self,
        file: Path,
        document: Document,
        published: date | None,
        basis: str,
        origin: Origin,
        provenance: str,
        *,
        replaces: bool,
        dry_run: bool,
    ) -> Added:
        return add_edition(
            self.settings,
            self.register,
            file,
            published=published,
            published_basis=basis if published else "given",
            address=document.address,
            replaces=replaces,
            dry_run=dry_run,
            origin=origin,
            provenance=provenance,
        )

    def _not_plainly_replaced(self, document: Document, earlier: Edition) -> str:
        """Why the file may not be what replaces `earlier`; empty when it plainly is."""
        if earlier.address == document.address:
            return ""
        if self.unread:
            return (
                f"edition {earlier.edition} ({earlier.file.name}) is as at {earlier.as_at} too, and a page that may "
                "still list it could not be read"
            )
        if earlier.address in self.listed:
            return (
                f"the publisher lists two files as at {earlier.as_at}: this one, and {earlier.file.name}, "
                f"which is edition {earlier.edition}"
            )
        if not self.outlet.takes(PurePosixPath(urlsplit(earlier.address).path).name):
            # added by hand, with the address of a page or none
            return (
                f"edition {earlier.edition} ({earlier.file.name}) is as at {earlier.as_at} too, and where it came "
                "from is not known, so whether this file replaces it is for a person to say"
            )
        return ""  # what we have was at an address that the page no longer lists: GOV.UK replaces a file so

    def _add_command(self, file: Path, *, replaces: bool = False) -> str:
        parts = [
            "access-review",
            "add",
            self.register.id,
            self.settings.shown(file),
            *(["--replaces"] if replaces else []),
        ]
        return shlex.join(parts)

    def _refused(
        self, page: Page, document: Document, at_address: list[Edition], words: str, *, forbidden: bool
    ) -> None:
        if forbidden and at_address:
            known = (
                "archived from this address; the publisher does not tell this machine whether it has changed"
            )
            self._result(document, "known", at_address[-1].edition, known)
            return
        published, basis, _ = published_day(page, document, None)
        saved = f"./{document.file}" if document.file.startswith("-") else document.file
        command = ["access-review", "add", self.register.id, saved]
        if published and basis == "change_note":
            command += ["--published", published.isoformat()]
        by_hand = f"open {page.address} in a browser and download {document.file}, then: "
        if not published or basis != "change_note":
            by_hand += "(with --published and the day the page gives for it) "
        self._result(
            document, "refused", words=words, next=by_hand + shlex.join([*command, "--url", document.address])
        )


def _archived_words(added: Added, note: str) -> str:
    edition = added.edition
    basis = {
        "change_note": f"by the page's note '{note[:120]}'",
        "page_updated": "the day the page was last updated, so not later",
    }.get(edition.published_basis, "as the file says")
    words = f"as at {day(edition.as_at)}"
    if edition.as_at_basis == "inferred":
        words += " (as_at_inferred: the latest event in it)"
    words += (
        f"; published {day(edition.published)}, {basis}" if edition.published else "; publication not dated"
    )
    return words + (f"; replaces {edition.replaces}" if edition.replaces else "")


def _validators(answer: Answer) -> dict[str, str]:
    return {"etag": answer.etag, "last_modified": answer.last_modified, "final_address": answer.address}
