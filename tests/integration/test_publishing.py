"""Publishing is whole or not at all: kill the build, fill the disk, run two at once; readers never notice."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import measures
from dashboard.errors import AccessReviewError, LimitError
from dashboard.settings import CHECKOUT, Settings, load_settings
from dashboard.store import Query, Store
from dashboard.warehouse import build as building
from dashboard.warehouse import publish, staging
from tests.integration.conftest import LEGACY, Run
from tests.support.tiny import tree, write_tiny


MOMENTS = 4  # at which a build is killed from outside; the steps below are each tried


def answers(data: Path) -> str:
    """The build in force, after proving that it is whole: every table read, every measure answered."""
    settings = load_settings(data)
    with Store(settings) as store:
        for name in measures.MEASURES:
            measures.measure(name, store)
        build = store.build
    con = duckdb.connect(str(build.path), read_only=True)
    try:
        tables = con.sql("from duckdb_tables()").fetchall()
        assert con.execute("from reference.build").fetchall() == [("build", build.id)]
    finally:
        con.close()
    assert len(tables) > 10
    assert build.record["build"] == build.id
    return build.id


def more(data: Path, run: Run, name: str = "A1") -> None:
    """Give the next build something new to read."""
    file = write_tiny(data, f"{name},Somebody Ltd,2020-03-04\n")
    assert run("--data", data, "add", "tiny", file, "--as-at", f"2021-01-{len(name):02}").code == 0


def litter(data: Path) -> list[str]:
    return [p.name for p in (data / "builds").iterdir() if p.name.startswith(".") and p.name != ".lock"]


# Killed


def start_build(data: Path) -> subprocess.Popen[str]:
    """A process that has imported everything and says so; it builds when it is told to, by a line."""
    script = (
        "import sys, dashboard.warehouse.build; from dashboard.cli import main; print('ready', flush=True);"
        f"sys.stdin.readline(); sys.exit(main(['--data', {str(data)!r}, 'build']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def test_sigkill_at_any_moment_leaves_the_build_in_force(data: Path, tmp_path: Path, run: Run) -> None:
    before = answers(data)
    more(data, run)
    process = start_build(shutil.copytree(data, tmp_path / "timing"))
    start = time.monotonic()
    go(process)
    assert process.wait(60) == 0
    process.communicate()
    whole = time.monotonic() - start
    killed = moved = left = 0
    for number in range(MOMENTS):
        process = start_build(data)
        go(process)
        time.sleep(whole * (0.1 + number / MOMENTS))
        killed += process.poll() is None
        process.kill()
        process.communicate()
        left += bool(litter(data))
        now = publish.current_id(load_settings(data))
        if now != before:  # it had been put in force: look at it, and take it away again for the next
            assert answers(data) == now
            moved += 1
            (data / "builds" / "CURRENT").write_text(f"{before}\n")
            for path in (data / "builds").glob(f"{now}.*"):
                path.unlink()
        assert publish.find_build(load_settings(data)).path.is_file()
    assert answers(data) == before
    assert killed >= MOMENTS // 2
    assert run("--data", data, "build").code == 0
    assert answers(data) != before
    assert litter(data) == []
    print(f"\n{killed} of {MOMENTS} builds killed, {left} left scratch files, {moved} were in force by then")


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it but `finally`."""


def steps(
    data: Path, run: Run, monkeypatch: pytest.MonkeyPatch, stop_at: int, stop: Callable[[str], None]
) -> int:
    """Run `build` with every call that moves, flushes or removes something counted; `stop` at one of them."""
    count = 0

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == stop_at:
                stop(name)
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("replace", "rename", "fsync", "unlink", "chmod", "open", "mkdir"):
            patch.setattr(os, name, watched(name, getattr(os, name)))
        try:
            code = run("--data", data, "build").code
        except Killed:
            code = -9
    return count if code == 0 else -code


def test_stopped_at_each_step_the_pointer_names_a_whole_build(
    data: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(data)
    more(data, run)
    clean = shutil.copytree(data, tmp_path / "clean")
    real = building._write
    first: dict[str, object] = {}

    def write(settings: Settings, *arguments: Any) -> building.BuildReport:
        """The warehouse is written once; each step after that is given a copy of it."""
        *_, scratch, _progress = arguments
        if not first:
            first["report"] = real(settings, *arguments)
            shutil.copyfile(scratch, tmp_path / "written")
        with scratch.open("wb") as file:  # not through the calls that are counted
            file.write((tmp_path / "written").read_bytes())
        return replace(first["report"])

    monkeypatch.setattr(building, "_write", write)
    run("--data", shutil.copytree(clean, tmp_path / "first"), "build")
    counted = shutil.copytree(clean, tmp_path / "count")
    total = steps(counted, run, monkeypatch, 0, lambda _: None)
    built_again = answers(counted)
    assert built_again != before
    assert total > 8
    seen = set()

    def dies(name: str) -> None:
        seen.add(name)
        raise Killed(name)

    def refuses(name: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    for stop in (dies, refuses):
        for step in range(1, total + 1):
            folder = shutil.copytree(clean, tmp_path / f"step-{stop.__name__}-{step}")
            steps(folder, run, monkeypatch, step, stop)
            at = publish.current_id(load_settings(folder))
            assert at is not None
            with Store(load_settings(folder)) as store:
                assert measures.volumes(store, register=LEGACY).result.rows
            assert run("--data", folder, "build").code == 0
            assert publish.current_id(load_settings(folder)) == built_again
            assert litter(folder) == []
            history = publish.history(load_settings(folder))
            assert history == [before]
            shutil.rmtree(folder)
    print(f"\nstopped at each of {total} steps, twice: {', '.join(sorted(seen))}")
    assert {"replace", "rename", "fsync"} <= seen


def test_disk_full_while_writing_the_warehouse(data: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers(data)
    more(data, run)

    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(staging, "insert_issues", full)
        ran = run("--data", data, "build")
    assert ran.code == 1
    assert ran.out == ""
    assert "No space left" in ran.err
    assert "Next: check the disk's space" in ran.err
    assert answers(data) == before
    assert litter(data) == []
    assert run("--data", data, "build").code == 0


def test_a_build_that_breaks_its_checks_is_not_published(
    data: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = answers(data)
    more(data, run)
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "always.sql").write_text("select 1")
    with monkeypatch.context() as patch:
        patch.setattr(building, "CHECKS", tmp_path / "checks")
        ran = run("--data", data, "build")
    assert ran.code == 1
    assert "always (1 rows)" in ran.err
    assert answers(data) == before
    assert litter(data) == []


# Two at once


def test_two_builds_at_once(data: Path, run: Run) -> None:
    with (data / "builds" / ".lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = run("--data", data, "build")
        assert (ran.code, ran.out) == (1, "")
        assert "another process is building" in ran.err
        assert "wait until it ends" in ran.err
        assert run("--data", data, "measure", "volumes").code == 0
        assert run("--data", data, "status").code == 0
    assert run("--data", data, "build").code == 0


def test_two_adds_at_once(data: Path, sample: dict[str, list[Path]], run: Run) -> None:
    with (data / "editions" / ".lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = run("--data", data, "add", LEGACY, sample[LEGACY][0], "--as-at", "2019-01-01")
        assert (ran.code, ran.out) == (1, "")
        assert "another process is adding an edition" in ran.err
    assert run("--data", data, "add", LEGACY, sample[LEGACY][0], "--as-at", "2019-01-01").code == 0


def test_builds_started_together_end_with_one_whole_build(data: Path, run: Run) -> None:
    more(data, run)
    processes = [start_build(data) for _ in range(2)]
    for process in processes:
        go(process)
    ends = [(p.communicate(timeout=60), p.returncode) for p in processes]
    codes = sorted(code for _, code in ends)
    assert codes[0] == 0
    assert set(codes) <= {0, 1}
    for (_, err), code in ends:
        assert "Traceback" not in err
        assert code == 0 or "another process is building" in err
    answers(data)
    assert litter(data) == []


# Readers


def test_a_store_follows_a_new_build_and_old_queries_finish(data: Path, run: Run) -> None:
    store = Store(load_settings(data))
    before = store.build.id
    root = store._root
    cursor = root.connection.cursor()
    cursor.execute("select i from range(1000000) t(i)")
    root.users += 1  # a query in flight, as Store.query counts it
    stop = threading.Event()
    seen: set[str] = set()
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            while not stop.is_set():
                seen.add(measures.volumes(store, register=LEGACY).build)
                store.look_now()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    more(data, run)
    assert run("--data", data, "build").code == 0
    after = publish.current_id(load_settings(data))
    assert after != before
    deadline = time.monotonic() + 10
    while after not in seen and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert seen == {before, after}
    assert store.build.id == after
    assert len(cursor.fetchall()) == 1_000_000  # what was asked of the old build is still answered by it
    cursor.close()
    assert root.retired
    with store._lock:
        root.users -= 1
        root.connection.close()
    assert {r["register"] for r in store.query("registers").dicts()} >= {"tiny"}
    store.close()


def test_a_store_follows_within_a_second_by_itself(data: Path, run: Run) -> None:
    with Store(load_settings(data)) as store, Store(load_settings(data), build_id=store.build.id) as pinned:
        before = store.build.id
        more(data, run)
        run("--data", data, "build")
        time.sleep(1.05)
        assert store.build.id != before
        assert pinned.build.id == before
        assert run("--data", data, "rollback").code == 0
        store.look_now()
        assert store.build.id == before


def test_a_store_stays_on_a_good_build_when_the_pointer_is_damaged(data: Path) -> None:
    with Store(load_settings(data)) as store:
        before = store.build.id
        for wrong in (b"nothing-of-that-name\n", b"", b"\xff\xfe", b"../x\n"):
            (data / "builds" / "CURRENT").write_bytes(wrong)
            store.look_now()
            assert store.build.id == before
            assert measures.volumes(store, register=LEGACY).result.rows
        broken = data / "builds" / "0000000000000000.duckdb"
        broken.write_bytes(b"not a database at all" * 1000)
        (data / "builds" / "CURRENT").write_text("0000000000000000\n")
        store.look_now()
        assert store.build.id == before
        (data / "builds" / "CURRENT").unlink()
        store.look_now()
        assert store.build.id == before


def test_a_query_that_lacks_memory_is_no_damaged_build(data: Path) -> None:
    """It was answered with advice to remove the build."""
    with pytest.raises(LimitError, match=r"to open the build .* needs more memory"):
        Store(load_settings(data), memory="1MB")
    with (
        Store(load_settings(data), memory="6MB") as store,
        pytest.raises(LimitError, match=r"query .* more memory"),
    ):
        measures.measure("recipients", store, known_on=date(2018, 4, 30))


def test_what_does_not_fit_in_memory_goes_to_the_folder_named_and_files_stay_out_of_reach(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(sql: str) -> None:
        monkeypatch.setattr(
            "dashboard.store.load_query", lambda name: Query(name, sql, frozenset(), ("n",), "")
        )

    with Store(load_settings(data), memory="64MB", threads=1, spill=tmp_path / "spill") as store:
        [(folder,)] = store._root.connection.execute("select current_setting('temp_directory')").fetchall()
        assert folder == str(tmp_path / "spill")
        ask(
            "select count(*) as n from (select hash(range) as h, count(*) from range(4_000_000) group by all)"
        )
        assert store.query("large").rows == ((4_000_000,),)
        with pytest.raises(duckdb.Error, match="disabled"):
            store._root.connection.execute("select * from read_text('/etc/hostname')")
        with pytest.raises(duckdb.Error, match="locked"):
            store._root.connection.execute("set threads = 2")


def test_a_query_may_be_given_more_time_or_less_by_its_store(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy = "select count(*) from range(10_000_000_000) as a, range(1_000_000) as b"
    with Store(load_settings(data), patience=0.2) as store:
        monkeypatch.setattr(
            "dashboard.store.load_query", lambda name: Query(name, heavy, frozenset(), ("n",), "")
        )
        with pytest.raises(LimitError, match=r"took longer than 0\.2 seconds"):
            store.query("heavy")


def test_a_query_that_fails_or_is_stopped_leaves_the_store_usable(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(load_settings(data)) as store:
        heavy = "select count(*) from range(10_000_000_000) as a, range(1_000_000) as b"
        monkeypatch.setattr("dashboard.store.TIME_LIMIT", 0.2)
        monkeypatch.setattr(
            "dashboard.store.load_query", lambda name: Query(name, heavy, frozenset(), ("n",), "")
        )
        with pytest.raises(AccessReviewError, match="took longer than"):
            store.query("heavy")
        monkeypatch.undo()
        assert store._root.users == 0
        monkeypatch.setattr("dashboard.store.ROW_CAP", 1)
        with pytest.raises(AccessReviewError, match="more than 1 rows"):
            store.query("answerability", measures.make_filters(register=LEGACY))
        monkeypatch.undo()
        assert measures.volumes(store, register=LEGACY).result.rows


# Old builds


def test_prune_keeps_the_last_few_and_what_reviews_need(
    data: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "KEPT", 1)
    settings = load_settings(data)
    first = answers(data)
    review = data / "reviews" / "april-review" / "2018" / "r1"
    review.mkdir(parents=True)
    (review / "manifest.json").write_text(json.dumps({"build": first}))
    for number, junk in enumerate((b"[]", b"\xff", b"{", b"null", b"5")):
        (review.parent / f"bad{number}").mkdir()
        (review.parent / f"bad{number}" / "manifest.json").write_bytes(junk)
    made = []
    for number in range(publish.KEPT + 2):
        more(data, run, "A" * (number + 1))
        assert run("--data", data, "build").code == 0
        made.append(publish.current_id(settings))
    kept = {p.stem for p in (data / "builds").glob("*.duckdb")}
    assert kept == {first, *made[-publish.KEPT - 1 :]}
    assert {p.stem for p in (data / "builds").glob("*.json")} == kept
    assert run("--data", data, "status").code == 0
    # back through every one that is kept, then no further
    for expected in reversed(made[-publish.KEPT - 1 : -1]):
        assert run("--data", data, "rollback").code == 0
        assert publish.current_id(settings) == expected
    last = run("--data", data, "rollback")
    assert last.code == 0
    assert publish.current_id(settings) == first
    assert run("--data", data, "rollback").code == 1
    assert answers(data) == first


def test_a_signed_review_that_does_not_say_its_build_keeps_every_build(
    data: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "KEPT", 0)
    settings = load_settings(data)
    first = answers(data)
    folder = data / "reviews" / "april-review" / "2018" / "r1"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{", "utf-8")
    (folder / "signature.json").write_text("{}", "utf-8")
    more(data, run, "A")
    assert run("--data", data, "build").code == 0
    listed = json.loads(run("--data", data, "prune", "--format", "json").out)["rows"]
    why = "signed review april-review/2018/r1, whose manifest cannot be read"
    assert {r["build"]: r["why"] for r in listed} == {
        first: why,
        publish.current_id(settings): f"in force; {why}",
    }
    (folder / "signature.json").unlink()
    archive = tree(data / "editions")
    ran = run("--data", data, "prune")
    assert f"{first}" in next(line for line in ran.out.splitlines() if "goes: nothing needs it" in line)
    assert [p.stem for p in (data / "builds").glob("*.duckdb")] == [publish.current_id(settings)]
    assert not (data / "builds" / f"{first}.json").exists()
    assert tree(data / "editions") == archive


def test_the_same_inputs_give_the_same_tables(data: Path, tmp_path: Path, run: Run) -> None:
    other = tmp_path / "elsewhere"
    shutil.copytree(data / "editions", other / "editions")
    assert run("--data", other, "build").code == 0
    settings, copy = load_settings(data), load_settings(other)
    assert publish.current_id(settings) == publish.current_id(copy)
    con = duckdb.connect(":memory:")
    con.execute(f"attach '{publish.find_build(settings).path}' as a (read_only)")
    con.execute(f"attach '{publish.find_build(copy).path}' as b (read_only)")
    tables = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'a'"
    ).fetchall()
    for (table,) in tables:
        differing = (
            f"(from a.{table} except all from b.{table}) union all (from b.{table} except all from a.{table})"
        )
        assert con.execute(differing).fetchall() == [], table
    con.close()


def test_a_killed_add_leaves_nothing_that_the_next_one_does_not_sweep(tmp_path: Path) -> None:
    from dashboard.editions import add_edition
    from dashboard.registers import load_registers
    from dashboard.sample import LEGACY, write_sample
    from dashboard.settings import load_settings

    settings = load_settings(tmp_path / "data")
    left = settings.editions / LEGACY / ".2018-03-31.abc123"
    left.mkdir(parents=True)
    (left / "half.ods").write_bytes(b"half")
    [edition] = [e for e in write_sample(tmp_path / "s", requests=30, editions=1) if e.register == LEGACY]
    add_edition(settings, load_registers(settings)[LEGACY], edition.path)
    assert [p.name for p in (settings.editions / LEGACY).iterdir()] == ["2018-03-31"]
