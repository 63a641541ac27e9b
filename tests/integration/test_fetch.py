"""`fetch` against a publisher on this machine that serves recorded shapes and misbehaves. Nothing waits."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.commands import fetch as command
from dashboard.fetching import web
from dashboard.fetching.run import Fetched, fetch
from dashboard.fetching.web import Client, Manners
from dashboard.registers import load_registers
from dashboard.settings import CHECKOUT, load_settings
from dashboard.workbook import Limits
from tests.integration.conftest import Run
from tests.support.publisher import API, SLUG, Clock, Publisher, Reply
from tests.support.tiny import TINY, tree


SEPTEMBER = "/media/5f7ed8f08fa8f50e94e9a001/shares_2020-09-30.csv"
JUNE = "/media/5f06d8f08fa8f50e94e9a002/shares_2020-06-30.csv"
NOW = datetime(2020, 10, 9, 12, 0, tzinfo=UTC)
FETCH = '[fetch]\nkind = "govuk"\nslug = "invented-data-shares"\n'
AS_AT = "as_at = [{ from = \"file_name\", pattern = '(?P<date>\\d{4}-\\d{2}-\\d{2})' }]\n"


def csv(*rows: str, heading: str = "Organisation") -> bytes:
    return "\n".join([f"Reference,{heading},Released", *rows, ""]).encode()


S_ROWS = csv("A1,Somebody Ltd,2020-03-04", "A2,Another Ltd,2020-08-07")
J_ROWS = csv("A1,Somebody Ltd,2020-03-04")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def move_september(publisher: Publisher) -> None:
    """The file of September stands at another address now, with other rows."""
    item = publisher.item()
    new = "/media/60000000000000000000000a/shares_2020-09-30.csv"
    item["details"]["attachments"][0]["url"] = publisher.base + new
    publisher.serve_item(item)
    publisher.serve(new, Reply(csv("A9,Somebody Ltd,2020-03-04")))


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as served:
        served.serve_item(served.item())
        served.serve(SEPTEMBER, Reply(S_ROWS, etag='"s1"'))
        served.serve(JUNE, Reply(J_ROWS, etag='"j1"'))
        yield served
    assert not served.overlapped, "two requests at one time"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that describes the register `tiny`, published on a page of GOV.UK."""
    data = tmp_path / "data"
    describe(data)
    return data


def describe(data: Path, fetch: str = FETCH, text: str = TINY) -> None:
    (data / "registers").mkdir(parents=True, exist_ok=True)
    toml = text.replace("[[layout]]", f"{fetch}\n[[layout]]", 1).replace(
        "[[layout.sheet]]", f"{AS_AT}\n[[layout.sheet]]", 1
    )
    (data / "registers" / "tiny.toml").write_text(toml, "utf-8")


def visit(
    data: Path,
    publisher: Publisher | None,
    *,
    dry_run: bool = False,
    clock: Clock | None = None,
    base: str = "",
    manners: Manners | None = None,
) -> Fetched:
    settings = load_settings(data)
    clock = clock or Clock()
    base = base or (publisher.base if publisher else "")
    client = Client(
        trusted=base,
        manners=manners or Manners(),
        clock=clock,
        now=lambda: NOW,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
    )
    return fetch(settings, load_registers(settings)["tiny"], client, base=base, dry_run=dry_run)


def statuses(fetched: Fetched) -> dict[str, str]:
    return {r.file or r.address: r.status for r in fetched.results}


def words(fetched: Fetched, file: str) -> str:
    [result] = [r for r in fetched.results if r.file == file]
    return f"{result.words} {result.next}"


def sidecar(data: Path, edition: str) -> dict[str, object]:
    return tomllib.loads((data / "editions" / "tiny" / edition / "edition.toml").read_text("utf-8"))


# The usual path


def test_what_is_new_is_archived_with_where_it_came_from(folder: Path, publisher: Publisher) -> None:
    publisher.serve(
        SEPTEMBER, Reply(S_ROWS, etag='"s1"', headers={"Last-Modified": "Thu, 08 Oct 2020 08:30:00 GMT"})
    )
    fetched = visit(folder, publisher)
    assert fetched.whole
    assert statuses(fetched) == {
        "shares_2020-09-30.csv": "archived",
        "shares_2020-06-30.csv": "archived",
        "guide.pdf": "left",
        "understanding-the-data-we-share": "left",
        "projects.csv": "left",
    }
    said = sidecar(folder, "2020-09-30")
    assert said == {
        "register": "tiny",
        "edition": "2020-09-30",
        "as_at": datetime(2020, 9, 30).date(),  # noqa: DTZ001 - a day
        "as_at_basis": "stated",
        "published": datetime(2020, 10, 8).date(),  # noqa: DTZ001
        "published_basis": "change_note",
        "file": "shares_2020-09-30.csv",
        "sha256": said["sha256"],
        "size": len(S_ROWS),
        "address": publisher.base + SEPTEMBER,
        "licence": "not stated",
        "provenance": f"Fetched from Invented data shares (https://www.gov.uk{SLUG}): "
        "Invented data shares: September 2020.",
        "obtained": "2020-10-09T12:00:00+00:00",
        "obtained_by": "fetch",
        "final_address": publisher.base + SEPTEMBER,
        "page": f"https://www.gov.uk{SLUG}",
        "page_title": "Invented data shares",
        "title": "Invented data shares: September 2020",
        "content_type": "text/csv",
        "etag": '"s1"',
        "last_modified": "Thu, 08 Oct 2020 08:30:00 GMT",
        "change_note": "Added the September 2020 data.",
    }
    assert (folder / "editions" / "tiny" / "2020-09-30" / "shares_2020-09-30.csv").read_bytes() == S_ROWS
    # April to June 2020 is named by the note of July, not by the page's last update.
    assert str(sidecar(folder, "2020-06-30")["published"]) == "2020-07-09"
    assert [p.name for p in (folder / "incoming" / "tiny").iterdir()] != []
    assert not list((folder / "incoming" / "tiny").glob(".part-*"))


def test_every_request_says_who_asks_and_waits_its_turn(
    folder: Path, publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    publisher.serve(SEPTEMBER, Reply(S_ROWS, headers={"Set-Cookie": "who=you; Path=/"}))
    clock = Clock()
    visit(folder, publisher, clock=clock)
    assert publisher.paths() == [API, SEPTEMBER, JUNE]
    assert clock.slept == [1.0, 1.0]
    for asked in publisher.asked:
        assert asked.headers["User-Agent"].startswith("access-review/")
        assert not {"Cookie", "Authorization", "Referer"} & set(asked.headers)


def test_a_second_fetch_asks_only_whether_anything_changed(folder: Path, publisher: Publisher) -> None:
    publisher.serve_item(publisher.item(), etag='W/"page"')
    visit(folder, publisher)
    before = tree(folder)
    publisher.asked.clear()
    again = visit(folder, publisher)
    assert [a.headers.get("If-None-Match") for a in publisher.asked] == ['W/"page"', '"s1"', '"j1"']
    assert {s for f, s in statuses(again).items() if f.startswith("shares")} == {"known"}
    assert again.whole
    assert tree(folder) == before


def test_if_modified_since_where_there_is_no_entity_tag(folder: Path, publisher: Publisher) -> None:
    stamp = "Thu, 08 Oct 2020 08:30:00 GMT"
    publisher.serve(SEPTEMBER, Reply(S_ROWS, headers={"Last-Modified": stamp}), Reply(status=304))
    visit(folder, publisher)
    assert statuses(visit(folder, publisher))["shares_2020-09-30.csv"] == "known"
    [_, second] = [a for a in publisher.asked if a.path == SEPTEMBER]
    assert second.headers["If-Modified-Since"] == stamp
    assert "If-None-Match" not in second.headers


def test_nothing_is_taken_on_trust_of_a_memory_alone(folder: Path, publisher: Publisher) -> None:
    """The entity tag is of bytes that are gone from the archive: they are asked for anew."""
    visit(folder, publisher)
    gone = folder / "editions" / "tiny" / "2020-09-30"
    for path in gone.iterdir():
        path.unlink()
    gone.rmdir()
    assert statuses(visit(folder, publisher))["shares_2020-09-30.csv"] == "archived"
    # and a memory that is damaged or gone costs a download, nothing else
    (folder / "incoming" / "tiny" / ".fetch.json").write_text('{"pages": 7}')
    assert statuses(visit(folder, publisher))["shares_2020-09-30.csv"] == "known"


def test_304_that_was_not_asked_for(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(status=304))
    assert "304" in words(visit(folder, publisher), "shares_2020-09-30.csv")


def test_dry_run_asks_the_page_alone_and_changes_nothing(folder: Path, publisher: Publisher) -> None:
    before = tree(folder)
    fetched = visit(folder, publisher, dry_run=True)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "new"
    assert statuses(fetched)["guide.pdf"] == "left"
    assert tree(folder) == before
    assert not (folder / "incoming").exists()
    assert publisher.paths() == [API]
    visit(folder, publisher)
    assert statuses(visit(folder, publisher, dry_run=True))["shares_2020-09-30.csv"] == "known"


def test_an_older_item_lists_its_files_as_html(folder: Path, publisher: Publisher) -> None:
    path = "/government/uploads/system/uploads/attachment_data/file/2/shares_2014-12-31.csv"
    publisher.serve_item(publisher.item("publication-older"))
    publisher.serve(path, Reply(csv("A1,Somebody Ltd,2014-11-04")))
    fetched = visit(folder, publisher)
    assert statuses(fetched) == {"guide.pdf": "left", "shares_2014-12-31.csv": "archived"}
    said = sidecar(folder, "2014-12-31")
    assert said["title"] == "Department's shares, October to December 2014"
    # no note names it, so the page's last update stands, and says what it is
    assert (str(said["published"]), said["published_basis"]) == ("2015-03-13", "page_updated")


def test_the_day_a_file_states_outranks_the_page(folder: Path, publisher: Publisher) -> None:
    rule = "published = [{ from = \"cell\", pattern = 'Published (?P<date>.+)' }]\n"
    describe(folder, text=TINY.replace("[[layout.sheet]]", f"{rule}\n[[layout.sheet]]", 1))
    publisher.serve(SEPTEMBER, Reply(b"Published 5 October 2020,,\n" + S_ROWS))
    visit(folder, publisher)
    said = sidecar(folder, "2020-09-30")
    assert (str(said["published"]), said["published_basis"]) == ("2020-10-05", "stated")


def test_a_withdrawn_page_is_read_and_said(folder: Path, publisher: Publisher) -> None:
    notice = {
        "explanation": '<div class="govspeak"><p>See the <a href="https://example.org">new register</a>.</p></div>',
        "withdrawn_at": "2021-10-01T13:05:30Z",
    }
    publisher.serve_item(publisher.item(withdrawn_notice=notice))
    fetched = visit(folder, publisher)
    assert fetched.whole
    assert [n for n in fetched.notes if "withdrew the page on 1 October 2021: See the new register" in n]


def test_a_plain_page_of_links(folder: Path, publisher: Publisher) -> None:
    describe(
        folder,
        f'[fetch]\nkind = "links"\naddress = "{publisher.base}/registers/"\nlinks = ["*/files/*"]\nleave = ["*old*"]\n',
    )
    page = b"""<html><head><title>Registers</title></head><body>
      <a href="#top">Top</a><a href="mailto:a@example.org">us</a>
      <a href="../files/shares_2020-09-30.csv">September</a><a href=/files/old_2019-09-30.csv>Old</a>
      <a href="/other/shares_2018-09-30.csv">not here</a>
      <!-- <a href="/files/shares_2017-09-30.csv">hidden</a> --></body></html>"""
    publisher.serve("/registers/", Reply(page, headers={"Content-Type": "text/html"}))
    publisher.serve("/files/shares_2020-09-30.csv", Reply(S_ROWS))
    fetched = visit(folder, publisher)
    assert statuses(fetched) == {"shares_2020-09-30.csv": "archived", "old_2019-09-30.csv": "left"}
    assert "published" not in sidecar(folder, "2020-09-30")


# Changes at the publisher's


def test_other_bytes_at_the_same_address_replace(folder: Path, publisher: Publisher) -> None:
    visit(folder, publisher)
    publisher.serve(SEPTEMBER, Reply(csv("A1,Somebody Else Ltd,2020-03-04"), etag='"s2"'))
    fetched = visit(folder, publisher)
    [result] = [r for r in fetched.results if r.status == "replaced"]
    assert (result.edition, fetched.whole) == ("2020-09-30.2", True)
    assert "replaces 2020-09-30" in result.words
    assert sidecar(folder, "2020-09-30.2")["replaces"] == "2020-09-30"
    assert (folder / "editions" / "tiny" / "2020-09-30" / "shares_2020-09-30.csv").read_bytes() == S_ROWS
    # the publisher takes it back: those bytes are known
    publisher.serve(SEPTEMBER, Reply(S_ROWS, etag='"s3"'))
    assert statuses(visit(folder, publisher))["shares_2020-09-30.csv"] == "known"


def test_a_new_address_for_the_same_day_replaces_once_the_old_is_gone(
    folder: Path, publisher: Publisher
) -> None:
    visit(folder, publisher)
    move_september(publisher)
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "replaced"


def test_two_files_for_one_day_are_for_a_person_to_settle(
    folder: Path, publisher: Publisher, run: Run
) -> None:
    item = publisher.item()
    second = {
        **item["details"]["attachments"][0],
        "url": f"{publisher.base}/media/b/shares_2020-09-30_more.csv",
    }
    item["details"]["attachments"].append({**second, "filename": "shares_2020-09-30_more.csv"})
    publisher.serve_item(item)
    publisher.serve("/media/b/shares_2020-09-30_more.csv", Reply(csv("B1,More Ltd,2020-03-04")))
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "archived"
    assert statuses(fetched)["shares_2020-09-30_more.csv"] == "kept aside"
    assert not fetched.whole
    assert "lists two files as at 2020-09-30" in words(fetched, "shares_2020-09-30_more.csv")
    kept = folder / "incoming" / "tiny" / "shares_2020-09-30_more.csv"
    ran = run("--data", folder, "add", "tiny", kept, "--replaces")
    assert ran.code == 0, ran.err
    assert not kept.exists()
    assert sidecar(folder, "2020-09-30.2")["address"] == second["url"]
    assert statuses(visit(folder, publisher))["shares_2020-09-30_more.csv"] == "known"


def test_a_file_added_by_hand_without_its_address_is_not_replaced_by_guess(
    folder: Path, publisher: Publisher, run: Run, tmp_path: Path
) -> None:
    mine = tmp_path / "mine_2020-09-30.csv"
    mine.write_bytes(csv("C1,Mine Ltd,2020-03-04"))
    assert run("--data", folder, "add", "tiny", mine).code == 0
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "kept aside"
    assert "where it came from is not known" in words(fetched, "shares_2020-09-30.csv")


# Files that fit no layout


def test_a_file_that_fits_no_layout_waits_and_is_taken_once_described(
    folder: Path, publisher: Publisher, run: Run
) -> None:
    renamed = csv("A1,Somebody Ltd,2020-03-04", heading="Organisation name")
    publisher.serve(SEPTEMBER, Reply(renamed, etag='"s1"'))
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "kept aside"
    assert statuses(fetched)["shares_2020-06-30.csv"] == "archived"
    assert "the nearest heading there is 'Organisation name'" in words(fetched, "shares_2020-09-30.csv")
    kept = folder / "incoming" / "tiny" / "shares_2020-09-30.csv"
    assert kept.read_bytes() == renamed
    assert "add the heading as a synonym" in words(fetched, "shares_2020-09-30.csv")
    assert f"access-review add tiny {kept.relative_to(folder)}" in words(fetched, "shares_2020-09-30.csv")
    status = run("--data", folder, "status", "--format", "json")
    assert json.loads(status.out)["kept_aside"][0]["file"] == "incoming/tiny/shares_2020-09-30.csv"
    assert "kept aside   tiny: incoming/tiny/shares_2020-09-30.csv" in run("--data", folder, "status").out
    assert run("--data", folder, "build").code == 0  # which reads nothing there
    # still so the next time, without the bytes being sent again
    before = tree(folder / "incoming")
    assert statuses(visit(folder, publisher))["shares_2020-09-30.csv"] == "kept aside"
    assert tree(folder / "incoming") == before
    # described: the next fetch takes it, and so does the folder of kept files
    describe(folder, text=TINY.replace('["Organisation"]', '["Organisation", "Organisation name"]'))
    ran = run("--data", folder, "add", "tiny", folder / "incoming" / "tiny", "--dry-run")
    assert (ran.code, kept.exists()) == (0, True)
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "archived"
    assert [p.name for p in (folder / "incoming" / "tiny").iterdir() if p.name[0] != "."] == []
    said = sidecar(folder, "2020-09-30")
    assert (said["obtained_by"], said["etag"], said["change_note"]) == (
        "fetch",
        '"s1"',
        "Added the September 2020 data.",
    )


def test_a_kept_file_is_added_with_what_its_note_says(folder: Path, publisher: Publisher, run: Run) -> None:
    publisher.serve(SEPTEMBER, Reply(csv("A1,Somebody Ltd,2020-03-04", heading="Organisation name")))
    visit(folder, publisher)
    describe(folder, text=TINY.replace('["Organisation"]', '["Organisation", "Organisation name"]'))
    ran = run("--data", folder, "add", "tiny", folder / "incoming" / "tiny")
    assert ran.code == 0, ran.err
    said = sidecar(folder, "2020-09-30")
    assert said["address"] == publisher.base + SEPTEMBER
    assert (str(said["published"]), said["published_basis"]) == ("2020-10-08", "change_note")
    assert said["obtained"] == "2020-10-09T12:00:00+00:00"
    assert [p.name for p in (folder / "incoming" / "tiny").iterdir() if p.name[0] != "."] == []


def test_other_bytes_under_a_kept_name_leave_both(folder: Path, publisher: Publisher) -> None:
    for number in (1, 2):
        publisher.serve(SEPTEMBER, Reply(csv(f"A{number},Somebody Ltd,2020-03-04", heading="Who")))
        visit(folder, publisher)
    assert len(list((folder / "incoming" / "tiny").glob("*.csv"))) == 2
    assert len(list((folder / "incoming" / "tiny").glob("*.fetched.toml"))) == 2


def test_a_damaged_note_is_named(folder: Path, publisher: Publisher, run: Run) -> None:
    publisher.serve(SEPTEMBER, Reply(csv("A1,Somebody Ltd,2020-03-04", heading="Who")))
    visit(folder, publisher)
    note = folder / "incoming" / "tiny" / "shares_2020-09-30.csv.fetched.toml"
    note.write_text("register = 7")
    ran = run("--data", folder, "add", "tiny", note.with_name("shares_2020-09-30.csv"))
    assert ran.code == 1
    assert str(note) in ran.err


# Refusals


def test_403_says_what_to_do_by_hand(folder: Path, publisher: Publisher, run: Run, tmp_path: Path) -> None:
    publisher.serve(SEPTEMBER, Reply(b"<html>Forbidden</html>", 403))
    fetched = visit(folder, publisher)
    assert not fetched.whole
    by_hand = (
        f"open https://www.gov.uk{SLUG} in a browser and download shares_2020-09-30.csv, then: access-review add tiny "
        f"shares_2020-09-30.csv --published 2020-10-08 --url {publisher.base}{SEPTEMBER}"
    )
    assert "refuses to serve this machine (403)" in words(fetched, "shares_2020-09-30.csv")
    assert by_hand in words(fetched, "shares_2020-09-30.csv")
    # the host has said no: the next file is not asked for
    assert "not asked for" in words(fetched, "shares_2020-06-30.csv")
    assert publisher.paths() == [API, SEPTEMBER]
    # what the words say works, and the next fetch is content with it
    for name, body, published, path in (
        ("shares_2020-09-30.csv", S_ROWS, "2020-10-08", SEPTEMBER),
        ("shares_2020-06-30.csv", J_ROWS, "2020-07-09", JUNE),
    ):
        (tmp_path / name).write_bytes(body)
        ran = run(
            "--data",
            folder,
            "add",
            "tiny",
            tmp_path / name,
            "--published",
            published,
            "--url",
            publisher.base + path,
        )
        assert ran.code == 0, ran.err
    again = visit(folder, publisher)
    assert again.whole
    assert statuses(again)["shares_2020-09-30.csv"] == "known"


def test_403_of_the_page(folder: Path, publisher: Publisher) -> None:
    publisher.serve(API, Reply(status=403))
    fetched = visit(folder, publisher)
    [result] = fetched.results
    assert result.status == "refused"
    assert f"open https://www.gov.uk{SLUG} in a browser" in result.next
    assert "access-review add tiny FILE --published YYYY-MM-DD --url ADDRESS" in result.next
    assert len(publisher.asked) == 1
    assert result.words == "the publisher refuses to serve this machine (403)"


def test_several_pages_and_one_that_refuses(folder: Path, publisher: Publisher) -> None:
    """What a page that could not be read lists is not known: a second file for one day may be on it."""
    describe(folder, FETCH.replace('"invented-data-shares"', '["invented-data-shares", "another"]'))
    publisher.serve("/api/content/government/publications/another", Reply(status=404))
    fetched = visit(folder, publisher)
    assert [r.status for r in fetched.results][:3] == ["refused", "archived", "archived"]
    move_september(publisher)
    fetched = visit(folder, publisher)
    assert "a page that may still list it could not be read" in words(fetched, "shares_2020-09-30.csv")
    # after a 403 no other page of that host is asked for
    publisher.serve(API, Reply(status=403))
    publisher.asked.clear()
    fetched = visit(folder, publisher)
    assert [r.status for r in fetched.results] == ["refused", "refused"]
    assert publisher.paths() == [API]


@pytest.mark.parametrize("status", [404, 410, 418, 206])
def test_other_answers_are_not_asked_for_twice(status: int, folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(S_ROWS, status))
    fetched = visit(folder, publisher)
    assert str(status) in words(fetched, "shares_2020-09-30.csv")
    assert statuses(fetched)["shares_2020-06-30.csv"] == "archived"
    assert publisher.paths().count(SEPTEMBER) == 1


@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [
        ("7", 7.0),
        ("Fri, 09 Oct 2020 12:00:30 GMT", 30.0),
        ("Fri, 09 Oct 2020 11:00:00 GMT", 0.0),  # past: now
        ("soon", 2.0),  # not understood: our own backoff
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(
    status: int, retry_after: str, waited: float, folder: Path, publisher: Publisher
) -> None:
    publisher.serve(SEPTEMBER, Reply(status=status, headers={"Retry-After": retry_after}), Reply(S_ROWS))
    clock = Clock()
    fetched = visit(folder, publisher, clock=clock)
    assert fetched.whole
    assert clock.slept[:2] == [1.0, waited]


def test_a_publisher_that_asks_for_an_hour_is_left_alone(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(status=429, headers={"Retry-After": "3600"}))
    clock = Clock()
    fetched = visit(folder, publisher, clock=clock)
    assert "asks to wait 3,600 seconds" in words(fetched, "shares_2020-09-30.csv")
    assert max(clock.slept) <= Manners().longest_wait
    assert publisher.paths().count(SEPTEMBER) == 1


def test_500_then_success(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(status=500), Reply(status=502), Reply(S_ROWS))
    clock = Clock()
    assert visit(folder, publisher, clock=clock).whole
    assert clock.slept[:3] == [1.0, 2.0, 4.0]  # twice as long each time


def test_500_for_ever_is_given_up(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(status=500))
    fetched = visit(folder, publisher)
    assert "answered 500; 4 tries" in words(fetched, "shares_2020-09-30.csv")
    assert publisher.paths().count(SEPTEMBER) == 4
    assert statuses(fetched)["shares_2020-06-30.csv"] == "archived"


@pytest.mark.parametrize("how", [{"cut": 40}, {"cut": 40, "chunked": True}])
def test_a_body_cut_short_is_never_archived(
    how: dict[str, object], folder: Path, publisher: Publisher
) -> None:
    publisher.serve(SEPTEMBER, Reply(S_ROWS, **how))  # type: ignore[arg-type]
    fetched = visit(folder, publisher)
    assert "cut short" in words(fetched, "shares_2020-09-30.csv")
    assert not (folder / "editions" / "tiny" / "2020-09-30").exists()
    assert not list((folder / "incoming" / "tiny").glob("[!.]*"))
    publisher.serve(SEPTEMBER, Reply(S_ROWS, **how), Reply(S_ROWS, chunked=True))  # type: ignore[arg-type]
    assert statuses(visit(folder, publisher))["shares_2020-09-30.csv"] == "archived"
    assert (folder / "editions" / "tiny" / "2020-09-30" / "shares_2020-09-30.csv").read_bytes() == S_ROWS


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"<!DOCTYPE html><title>Sorry</title>"), "a web page"),
        (Reply(S_ROWS, headers={"Content-Type": "text/html; charset=utf-8"}), "text/html"),
        (Reply(S_ROWS, headers={"Content-Type": "application/json"}), "application/json"),
        (Reply(b"%PDF-1.7\n", headers={"Content-Type": "application/octet-stream"}), "a PDF document"),
        (Reply(b"a\0b"), "not comma-separated text"),
        (Reply(b""), "empty"),
    ],
)
def test_what_is_no_workbook_is_refused_with_words(
    reply: Reply, said: str, folder: Path, publisher: Publisher
) -> None:
    publisher.serve(SEPTEMBER, reply)
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "refused"
    assert said in words(fetched, "shares_2020-09-30.csv")
    assert statuses(fetched)["shares_2020-06-30.csv"] == "archived"


def test_text_called_a_spreadsheet_is_refused(folder: Path, publisher: Publisher) -> None:
    item = publisher.item()
    item["details"]["attachments"][0] |= {
        "url": f"{publisher.base}/media/c/shares_2020-09-30.ods",
        "filename": "shares_2020-09-30.ods",
    }
    publisher.serve_item(item)
    publisher.serve("/media/c/shares_2020-09-30.ods", Reply(b"Temporarily moved, sorry"))
    assert "does not begin as a file .ods does" in words(visit(folder, publisher), "shares_2020-09-30.ods")


def test_a_good_redirect_is_followed_and_kept(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(b"x" * 100, 302, headers={"Location": "/moved/shares.csv"}))
    publisher.serve("/moved/shares.csv", Reply(S_ROWS))
    assert visit(folder, publisher).whole
    said = sidecar(folder, "2020-09-30")
    assert said["final_address"] == f"{publisher.base}/moved/shares.csv"
    assert said["address"] == publisher.base + SEPTEMBER


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (SEPTEMBER, "redirects in a circle"),
        ("http://example.org/shares.csv", "not https"),
        ("http://127.0.0.1:9/shares.csv", "not https"),  # another port is another origin
        ("https://127.0.0.1:9/shares.csv", "inside a private network"),
        ("https://localhost:9/shares.csv", "inside a private network"),
        ("https://[::1]:9/shares.csv", "inside a private network"),
        ("https://[::ffff:10.0.0.1]/shares.csv", "inside a private network"),
        ("https://169.254.169.254/latest", "inside a private network"),
        ("https://2130706433/shares.csv", "inside a private network"),  # 127.0.0.1 as one number
        ("https://me:secret@example.org/shares.csv", "name and password"),
        ("file:///etc/passwd", "not an address"),
        ("https://[bad/shares.csv", "not an address"),
    ],
)
def test_a_bad_redirect_is_refused(location: str, said: str, folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(status=302, headers={"Location": location}))
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "refused"
    assert said in words(fetched, "shares_2020-09-30.csv")
    assert publisher.paths().count(SEPTEMBER) == 1


def test_a_name_that_leads_inside_is_refused(
    folder: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = web.socket.getaddrinfo

    def inside(host: str, port: object, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if host == "files.example.org" else host, port, *rest, **more)

    monkeypatch.setattr(web.socket, "getaddrinfo", inside)
    publisher.serve(
        SEPTEMBER, Reply(status=302, headers={"Location": "https://files.example.org/shares.csv"})
    )
    assert "leads to files.example.org, an address inside" in words(
        visit(folder, publisher), "shares_2020-09-30.csv"
    )


def test_a_name_that_leads_inside_at_the_second_look(
    folder: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is public when it is checked and local when it is connected to."""
    port = int(publisher.base.rsplit(":", 1)[1])
    real = web.socket.getaddrinfo
    answers = iter(["93.184.216.34"])

    def turning(host: str, *rest: object, **more: object) -> object:
        return real(next(answers, "127.0.0.1") if host == "files.example.org" else host, *rest, **more)

    monkeypatch.setattr(web.socket, "getaddrinfo", turning)
    publisher.serve(
        SEPTEMBER, Reply(status=302, headers={"Location": f"https://files.example.org:{port}/x.csv"})
    )
    assert "leads to files.example.org, an address inside" in words(
        visit(folder, publisher), "shares_2020-09-30.csv"
    )


def test_redirects_without_end(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(status=302, headers={"Location": "/hop/0"}))
    for number in range(20):
        publisher.serve(f"/hop/{number}", Reply(status=302, headers={"Location": f"/hop/{number + 1}"}))
    assert "more than 5 times" in words(visit(folder, publisher), "shares_2020-09-30.csv")
    assert len(publisher.asked) == 2 + 1 + 5  # page, June and the file; five redirects


def test_a_slow_drip_ends(folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, Reply(drip=True))
    fetched = visit(folder, publisher, clock=Clock(step=100.0))
    assert "longer than 300 seconds" in words(fetched, "shares_2020-09-30.csv")
    assert publisher.paths().count(SEPTEMBER) == 1
    assert not list((folder / "incoming" / "tiny").glob("[!.]*"))


def test_a_server_that_never_begins_is_ended_from_outside(folder: Path, publisher: Publisher) -> None:
    """No byte of a header comes, so no code of ours runs: the alarm ends the connection. The one real wait."""
    publisher.serve(SEPTEMBER, Reply(silent=True))
    fetched = visit(folder, publisher, manners=Manners(whole=0.2))
    assert "longer than 0 seconds" in words(fetched, "shares_2020-09-30.csv")


@pytest.mark.parametrize(
    "reply", [Reply(headers={"Content-Length": str(10**12)}), Reply(b"x" * 3_000_000, chunked=True)]
)
def test_too_large(reply: Reply, folder: Path, publisher: Publisher) -> None:
    publisher.serve(SEPTEMBER, reply)
    fetched = visit(folder, publisher, manners=Manners(file_bytes=2 * 1024 * 1024))
    assert "at most 2 MiB" in words(fetched, "shares_2020-09-30.csv")
    assert Manners().file_bytes == Limits().file_bytes


def test_connection_refused(folder: Path) -> None:
    with Publisher() as gone:
        base = gone.base
    clock = Clock()
    fetched = visit(folder, None, base=base, clock=clock)
    [result] = fetched.results
    assert "the connection was refused; 4 tries" in result.words
    assert clock.slept == [2.0, 4.0, 8.0]


def test_a_name_that_is_nobodys(folder: Path) -> None:
    fetched = visit(folder, None, base="http://publisher.invalid")
    [result] = fetched.results
    assert "name cannot be found" in result.words
    assert "Traceback" not in result.words


def test_the_proxy_of_the_place_is_used(
    folder: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks names up by itself, so ours need not be found; and it may be inside, where a publisher may not."""
    monkeypatch.setenv("http_proxy", publisher.base)
    monkeypatch.setenv("https_proxy", publisher.base)
    item = publisher.item()
    text = json.dumps(item).replace(publisher.base, "http://publisher.invalid")
    publisher.serve(API, Reply(text.encode()))
    assert visit(folder, None, base="http://publisher.invalid").whole
    assert {a.through for a in publisher.asked} == {"publisher.invalid"}
    # an address that is inside by its very letters is refused all the same
    publisher.serve(SEPTEMBER, Reply(status=302, headers={"Location": "https://10.0.0.1/shares.csv"}))
    fetched = visit(folder, None, base="http://publisher.invalid")
    assert "inside a private network" in words(fetched, "shares_2020-09-30.csv")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_https_with_the_certificates_of_the_place(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    with Publisher(key=key, certificate=certificate) as publisher:
        publisher.serve_item(publisher.item())
        publisher.serve(SEPTEMBER, Reply(S_ROWS))
        publisher.serve(JUNE, Reply(silent=True))
        [result] = visit(folder, publisher).results
        assert "no safe connection to localhost" in result.words
        assert result.words.count("4 tries") == 0  # a certificate does not mend itself
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        fetched = visit(folder, publisher, manners=Manners(whole=0.5))
        assert statuses(fetched)["shares_2020-09-30.csv"] == "archived"
        assert "and was given up" in words(fetched, "shares_2020-06-30.csv")  # the alarm ends TLS too


# Pages that are not what they should be


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>sorry</html>", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a content item"),
        (b"{}", "has no details"),
        (b'{"schema_name": "redirect", "redirects": [{"destination": "/government/new"}]}', "moved to https://www.gov.uk/government/new"),
        (b'{"schema_name": "gone"}', "has been taken away"),
        (b'{"schema_name": "publication", "details": {"attachments": []}}', "lists no file of this register"),
    ],
)  # fmt: skip
def test_a_page_that_lists_nothing(body: bytes, said: str, folder: Path, publisher: Publisher) -> None:
    publisher.serve(API, Reply(body, headers={"Content-Type": "application/json"}))
    fetched = visit(folder, publisher)
    assert not fetched.whole
    assert said in fetched.results[0].words
    assert fetched.results[0].next


def test_attachments_out_of_shape_are_still_accounted_for(folder: Path, publisher: Publisher) -> None:
    item = publisher.item()
    item["details"]["attachments"] += [
        7,
        {"title": "No address"},
        {"url": "javascript:alert(1)", "title": "Script"},
    ]
    item["details"]["attachments"].append(
        {"url": f"{publisher.base}/../../..%2F..%2Fetc%2Fpasswd.csv", "title": "\ud800"}
    )
    publisher.serve_item(item)
    fetched = visit(folder, publisher)
    assert len(fetched.results) == 9
    assert sum(1 for r in fetched.results if r.status == "refused") >= 3
    assert not any(".." in p.parts for p in folder.rglob("*"))


def test_a_register_without_fetch(folder: Path, run: Run) -> None:
    describe(folder, "")
    ran = run("--data", folder, "fetch", "tiny")
    assert ran.code == 1
    assert "does not say where its files are published" in ran.err
    assert "[fetch]" in ran.err


def test_what_is_recalled_is_said(folder: Path, publisher: Publisher) -> None:
    describe(folder, FETCH + "assumed = true\n")
    assert any("recalled, not seen" in note for note in visit(folder, publisher).notes)


# Stopped and taken up again


HALF = """
import sys
from dashboard.fetching.run import fetch
from dashboard.fetching.web import Client, Manners
from dashboard.registers import load_registers
from dashboard.settings import load_settings
data, base = sys.argv[1:]
settings = load_settings(data)
print("ready", flush=True)
def half(words):
    if "2020-06-30" in words:
        print("half", flush=True)
        sys.stdin.read()
client = Client(trusted=base, manners=Manners(pause=0), progress=half)
fetch(settings, load_registers(settings)["tiny"], client, base=base)
"""


def test_killed_half_way_and_taken_up_again(folder: Path, publisher: Publisher) -> None:
    environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    with subprocess.Popen(
        [sys.executable, "-c", HALF, str(folder), publisher.base],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**environment, "PYTHONPATH": str(CHECKOUT)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert [process.stdout.readline().strip() for _ in range(2)] == ["ready", "half"]
        process.send_signal(signal.SIGKILL)
    assert list((folder / "incoming" / "tiny").glob(".part-*/*"))  # a part of June is there
    assert sorted(p.name for p in (folder / "editions" / "tiny").iterdir()) == ["2020-09-30"]
    publisher.asked.clear()
    fetched = visit(folder, publisher)
    assert statuses(fetched)["shares_2020-09-30.csv"] == "known"
    assert statuses(fetched)["shares_2020-06-30.csv"] == "archived"
    assert not list((folder / "incoming" / "tiny").glob(".part-*"))
    [september] = [a for a in publisher.asked if a.path == SEPTEMBER]
    assert september.headers["If-None-Match"] == '"s1"'


def test_a_full_disk_is_no_broken_connection(
    folder: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.errors import AccessReviewError
    from dashboard.fetching import run as running

    class Full:
        def __init__(self, path: Path) -> None:
            self.file = path.open("w+b")

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, part: bytes) -> int:
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

    class FullPath(type(Path())):  # type: ignore[misc]
        def open(self, mode: str = "r", *rest: object, **more: object) -> object:
            return Full(Path(self)) if mode == "w+b" else super().open(mode, *rest, **more)

    monkeypatch.setattr(running, "Path", FullPath)
    with pytest.raises(AccessReviewError, match="No space left"):
        visit(folder, publisher)
    assert publisher.paths().count(SEPTEMBER) == 1
    monkeypatch.undo()
    assert visit(folder, publisher).whole


def test_two_fetches_of_one_register(folder: Path, publisher: Publisher) -> None:
    from dashboard.errors import AccessReviewError
    from dashboard.files import lock

    (folder / "incoming" / "tiny").mkdir(parents=True)
    with (
        lock(folder / "incoming" / "tiny" / ".lock", "fetching"),
        pytest.raises(AccessReviewError, match="another process"),
    ):
        visit(folder, publisher)
    assert publisher.asked == []


# The command


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, publisher: Publisher) -> Publisher:
    """The command asks this publisher, and waits for nothing."""
    clock = Clock()
    monkeypatch.setenv("ACCESS_REVIEW_GOVUK", publisher.base)
    monkeypatch.setattr(
        command, "make_client", lambda trusted, show: Client(trusted=trusted, clock=clock, sleep=clock.sleep)
    )
    return publisher


def test_the_command_lists_what_became_of_each(folder: Path, at_once: Publisher, run: Run) -> None:
    at_once.serve(JUNE, Reply(status=404))
    ran = run("--data", folder, "fetch", "tiny", "--format", "json")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert found["register"] == "tiny"
    assert list(found["rows"][0]) == [
        "address",
        "file",
        "status",
        "edition",
        "words",
        "next",
    ]
    assert "refused: shares_2020-06-30.csv: it is not there (404)" in ran.err
    assert "5 addresses: 1 archived, 1 refused, 3 left" in ran.err
    assert "Next: access-review build" in ran.err
    at_once.serve(JUNE, Reply(J_ROWS))
    ran = run("--data", folder, "fetch", "tiny", "--format", "csv")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "address,file,status,edition,words,next"
    ran = run("--data", folder, "fetch", "tiny")
    assert ran.code == 0
    assert "known" in ran.out
    assert "\r" not in ran.err  # progress is for a terminal
    assert run("--data", folder, "build").code == 0
    measured = run("--data", folder, "measure", "editions", "--register", "tiny", "--format", "csv")
    assert "2020-09-30,2020-10-08,8," in measured.out


def test_the_command_asks_nobody_else_and_says_what_is_wrong(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS_REVIEW_GOVUK", "not an address")
    ran = run("--data", folder, "fetch", "tiny")
    assert ran.code == 2
    assert "ACCESS_REVIEW_GOVUK" in ran.err
    assert run("--data", folder, "fetch", "nobody").code == 2


def test_only_fetch_can_reach_the_network(folder: Path, tmp_path: Path) -> None:
    """No other command so much as loads what speaks HTTP."""
    (tmp_path / "shares_2020-09-30.csv").write_bytes(S_ROWS)
    commands = [["add", "tiny", str(tmp_path / "shares_2020-09-30.csv")], ["build"], ["status"], ["issues"]]
    code = (
        "import sys\nfrom dashboard.cli import main\n"
        f"for c in {commands!r}:\n    assert main(['--data', {str(folder)!r}, *c]) == 0\n"
        "print([m for m in ('requests', 'urllib3', 'dashboard.fetching', 'bs4') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "[]"
