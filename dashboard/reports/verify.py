"""Whether a review is what its manifest says, and whether the same comes out again.

From the manifest alone, with the build, the archive and the author's files of a data folder: each file of the review,
each thing that went in, then the report made again and compared. Where it cannot be made again as it was (other code,
or something that went in is gone) its figures and tables are asked again of the same build, by today's measures, and
the verdict says so. Nothing is written but scratch, and the notebook that runs is ours, never the review's own copy.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Literal

import duckdb

from dashboard import __version__
from dashboard.errors import AccessReviewError
from dashboard.files import sha256_of
from dashboard.filters import make_filters
from dashboard.ledger import NOT_TRACED, recompute, says
from dashboard.measures import MEASURES, MeasureResult, measure
from dashboard.own_code import code_hash
from dashboard.reports.inputs import NOTEBOOK, render_id
from dashboard.reviews import Review, open_review
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.text import plural
from dashboard.warehouse import publish
from dashboard.warehouse.engine import CONFIG
from dashboard.warehouse.rows import fingerprints


Status = Literal["agrees", "differs", "gone", "extra", "not compared"]
Progress = Callable[[str], None]
COLUMNS = ("check", "thing", "status", "recorded", "now", "words")
CLOSE = 1e-6  # what the manifest keeps of a share
# What a second render must give byte for byte. The PDF is drawn from the same page and rests on the fonts of the
# machine besides: of it the hash is compared.
SAME_BYTES = ("report.html", NOTEBOOK, "tables.ods")
NEEDED = {
    "report": str, "year": int, "render": str, "build": str, "parameters": dict, "inputs": dict, "code": dict,
    "editions": list, "files": dict, "measures": dict, "figures": list,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing looked at: what was recorded of it, what it is now."""

    check: str
    thing: str
    status: Status
    recorded: str = ""
    now: str = ""
    words: str = ""

    @property
    def bad(self) -> bool:
        return self.status in ("differs", "gone", "extra")

    def row(self) -> tuple[str, ...]:
        return self.check, self.thing, self.status, self.recorded, self.now, self.words


@dataclass(kw_only=True)
class Verdict:
    """What came of it. `again` says how the figures were compared."""

    review: Review
    found: list[Found] = field(default_factory=list)
    again: Literal["rendered", "asked", "no"] = "no"

    @property
    def agrees(self) -> bool:
        return not self.bad

    def holds(self, check: str) -> bool:
        return not any(f.bad for f in self.of(check))

    @property
    def bad(self) -> list[Found]:
        return [f for f in self.found if f.bad]

    def of(self, check: str) -> list[Found]:
        return [f for f in self.found if f.check == check]

    def add(self, check: str, found: Sequence[Found], words: str) -> bool:
        """Take what one check found; where all of it agrees, one line says so. True then."""
        self.found += found
        if not any(f.bad for f in found):
            self.found.append(Found(check=check, thing="", status="agrees", words=words))
            return True
        return False


def verify(settings: Settings, folder: Path, *, progress: Progress = lambda _: None) -> Verdict:
    """Compare a review with its manifest, its inputs, and itself made again.

    Raises AccessReviewError where the folder holds no review, or its manifest is not one.
    """
    verdict = inspect(settings, folder, progress=progress)
    as_it_was = all(verdict.holds(check) for check in ("manifest", "build", "inputs"))
    same_code = verdict.of("code")[0].status == "agrees"
    if as_it_was and same_code:
        progress("rendering it again")
        _rendered(settings, verdict)
    else:
        why = "not all that it was made from is as it was" if same_code else "other code rendered it"
        progress("asking its figures again")
        _asked(settings, verdict, why)
    return verdict


def inspect(settings: Settings, folder: Path, *, progress: Progress = lambda _: None) -> Verdict:
    """All that can be said without rendering: files, manifest, signature, and all that went in."""
    review = open_review(folder)
    manifest = review.manifest
    _check_shape(review)
    verdict = Verdict(review=review)
    progress("files")
    files = [
        Found(check="file", thing=n, status=_CHANGES[w][0], words=_CHANGES[w][1]) for n, w in _files(review)
    ]
    listed = plural(len(manifest["files"]), "file")
    verdict.add("file", files, f"{listed} as the manifest lists them, and no other")
    verdict.add("manifest", _manifest(review), "its own name follows from what it says went in")
    if review.signed:
        verdict.add("signature", _signature(review), _signed_words(review))
    else:
        verdict.found.append(Found(check="signature", thing="", status="not compared", words="not signed"))
    progress("build")
    verdict.add("build", list(_build(settings, manifest)), _build_words(manifest))
    editions = plural(len(manifest["editions"]), "edition")
    verdict.add("edition", list(_editions(settings, manifest)), f"{editions} in the archive, byte for byte")
    inputs = plural(len(manifest["inputs"]), "file") if manifest["inputs"] else "none"
    verdict.add("inputs", list(_inputs(settings, manifest)), f"commentary and review before: {inputs}")
    verdict.found.append(_code(settings, manifest))
    return verdict


_CHANGES: dict[str, tuple[Status, str]] = {
    "edited": ("differs", "it was edited after the report was rendered"),
    "missing": ("gone", "the manifest lists it and it is not there"),
    "extra": ("extra", "the manifest does not list it: it is no part of the report"),
}


def _check_shape(review: Review) -> None:
    for name, kind in NEEDED.items():
        if not isinstance(review.manifest.get(name), kind):
            raise AccessReviewError(
                f"{review.folder / 'manifest.json'} is not the manifest of a review: {name!r} is not there or not "
                "what a render writes",
                hint="restore it from a copy",
            )


def _files(review: Review) -> list[tuple[str, str]]:
    """As `Review.changes`, each file read anew whatever its times say."""
    from dashboard import reviews

    reviews._digest.cache_clear()
    return list(review.changes())


def _manifest(review: Review) -> list[Found]:
    """The render's name is a hash of what went in: a manifest in which that was edited no longer has it."""
    manifest = review.manifest
    code = str(manifest["code"].get("sha256"))
    try:
        pdf = "report.pdf" not in (manifest.get("left_out") or [])
        wanted = render_id(manifest["build"], manifest["parameters"], manifest["inputs"], code, pdf=pdf)
    except TypeError:
        wanted = "nothing that can be worked out"
    found = []
    for thing, recorded in (("render", manifest["render"]), ("folder", review.folder.name)):
        if recorded != wanted:
            words = "build, parameters, inputs and code as recorded give another name: one of them was edited"
            if thing == "folder" and manifest["render"] == wanted:
                words = "the folder was renamed, or holds another render's manifest"
            found.append(
                Found(
                    check="manifest",
                    thing=thing,
                    status="differs",
                    recorded=recorded,
                    now=wanted,
                    words=words,
                )
            )
    asked = manifest["parameters"].get("build_id")
    if asked != manifest["build"]:
        found.append(
            Found(
                check="manifest", thing="build", status="differs", recorded=manifest["build"], now=str(asked),
                words="the parameters name another build",
            )
        )  # fmt: skip
    return found


def _signature(review: Review) -> list[Found]:
    signed = review.read("signature.json")
    wanted, now = signed.get("manifest_sha256"), sha256_of(review.folder / "manifest.json")
    if not isinstance(wanted, str) or wanted != now:
        return [
            Found(
                check="signature", thing="manifest.json", status="differs", recorded=str(wanted or "nothing"),
                now=now, words="the manifest is not the one that was signed",
            )
        ]  # fmt: skip
    if not review.whole():
        words = "a file that was signed is not as it was"
        return [Found(check="signature", thing="files", status="differs", words=words)]
    return []


def _signed_words(review: Review) -> str:
    by = review.signature()
    return f"signed by {by['name']}, {by['role']}, {by['signed']}, and nothing changed since"


def _build_words(manifest: dict[str, Any]) -> str:
    tables = manifest.get("build_tables") or []
    return f"{manifest['build']}: " + (
        f"{plural(len(tables), 'table')} hold what they held" if tables else "it is there and can be read"
    )


def _build(settings: Settings, manifest: dict[str, Any]) -> Iterator[Found]:
    """The build's file, the record beside it, and what every table holds against what it held then."""
    name = manifest["build"]
    try:
        build = publish.find_build(settings, name)
    except AccessReviewError as error:
        yield Found(check="build", thing=name, status="gone", words=error.message)
        return
    recorded = _by_table(manifest.get("build_tables"))
    beside = _by_table(build.tables())
    if not beside:
        words = f"its record {build.path.with_suffix('.json').name} is not there or cannot be read"
        yield Found(check="build", thing=build.path.with_suffix(".json").name, status="gone", words=words)
    elif recorded and beside != recorded:
        words = "its record lists other tables than the manifest does"
        yield Found(check="build", thing=build.path.with_suffix(".json").name, status="differs", words=words)
    try:
        with duckdb.connect(str(build.path), read_only=True, config=CONFIG) as con:
            held = _by_table(fingerprints(con))
    except duckdb.Error as error:
        words = f"it cannot be read: {str(error).splitlines()[0]}"
        yield Found(check="build", thing=build.path.name, status="differs", words=words)
        return
    if _library(manifest, "duckdb") != duckdb.__version__:
        # Another version may hash another way: then the rows alone can be counted.
        recorded, held = ({t: (rows, "") for t, (rows, _) in each.items()} for each in (recorded, held))
    for table in sorted({*recorded, *held} if recorded else ()):
        then, now = recorded.get(table), held.get(table)
        if then != now:
            words = (
                "the table is gone"
                if now is None
                else "the table is new"
                if then is None
                else "it holds other rows"
            )
            yield Found(
                check="build", thing=f"{build.path.name} {table}", status="differs", recorded=_held(then),
                now=_held(now), words=words,
            )  # fmt: skip


def _by_table(tables: Any) -> dict[str, tuple[Any, Any]]:
    rows = tables if isinstance(tables, list) else []
    return {str(t.get("table")): (t.get("rows"), t.get("hash")) for t in rows if isinstance(t, dict)}


def _held(table: tuple[Any, Any] | None) -> str:
    return "" if table is None else f"{plural(int(table[0]), 'row')}, {table[1]}".rstrip(", ")


def _library(manifest: dict[str, Any], name: str) -> str:
    found = manifest.get("libraries")
    return str(found.get(name)) if isinstance(found, dict) else ""


def _editions(settings: Settings, manifest: dict[str, Any]) -> Iterator[Found]:
    """Each edition's file in the archive, replaced and withdrawn ones too, by its bytes."""
    for edition in manifest["editions"]:
        parts = [str(edition.get(key)) for key in ("register", "edition", "file")]
        thing = " ".join(parts)
        places = [root.joinpath(*parts) for root in settings.edition_roots()]
        if any(Path(part).name != part for part in parts):
            yield Found(check="edition", thing=thing, status="gone", words="that is no name of an edition")
            continue
        there = next((p for p in places if p.is_file()), None)
        if there is None:
            words = f"its file is not in the archive ({settings.shown(places[-1].parent)})"
            yield Found(check="edition", thing=thing, status="gone", words=words)
        elif (now := sha256_of(there)) != edition.get("sha256"):
            yield Found(
                check="edition", thing=thing, status="differs", recorded=str(edition.get("sha256")), now=now,
                words="the archived file is not the one the review was made from",
            )  # fmt: skip


def _inputs(settings: Settings, manifest: dict[str, Any]) -> Iterator[Found]:
    """The author's commentary and the review before, by their bytes. What was written since is no part of it."""
    for name, wanted in manifest["inputs"].items():
        path = settings.data / name
        what = "the review before" if name.endswith("/manifest.json") else "the commentary"
        if not path.resolve().is_relative_to(settings.data.resolve()) or not path.is_file():
            words = f"{what} is not in the data folder"
            yield Found(check="inputs", thing=name, status="gone", words=words)
        elif (now := sha256_of(path)) != wanted:
            yield Found(
                check="inputs", thing=name, status="differs", recorded=str(wanted), now=now,
                words=f"{what} was edited since",
            )  # fmt: skip


def _code(settings: Settings, manifest: dict[str, Any]) -> Found:
    recorded, now = str(manifest["code"].get("sha256")), code_hash(settings.notebooks / NOTEBOOK)
    version = str(manifest["code"].get("version"))
    if recorded == now:
        return Found(
            check="code", thing=version, status="agrees", words=f"access-review {version}, the same code"
        )
    return Found(
        check="code", thing=version, status="not compared", recorded=recorded, now=now,
        words=f"rendered by other code of access-review {version}"
        + (f"; this is {__version__}" if version != __version__ else ""),
    )  # fmt: skip


# --- the report made again --------------------------------------------------------------------------


def _rendered(settings: Settings, verdict: Verdict) -> None:
    """Render from the manifest into scratch, by the same code from the same inputs, and compare what comes out."""
    from dashboard.reports.render import remake

    manifest, folder = verdict.review.manifest, verdict.review.folder
    with tempfile.TemporaryDirectory(prefix="access-review-verify-") as scratch:
        place = Path(scratch)
        made = place / "made"
        made.mkdir()
        try:
            remake(_as_it_was(settings, manifest, place / "data"), manifest, made)
        except AccessReviewError as error:
            words = f"it cannot be rendered again: {error.message}"
            verdict.found.append(Found(check="report", thing="", status="differs", words=words))
            return
        verdict.again = "rendered"
        again = json.loads((made / "manifest.json").read_text("utf-8"))
        figures = list(_figures(manifest["figures"], again["figures"]))
        quoted = plural(len(manifest["figures"]), "figure")
        verdict.add("figure", figures, f"{quoted} quoted, each the same when rendered again")
        verdict.add("manifest", list(_told(manifest, again)), "all else that it says is said again")
        tables = [n for n in {**manifest["files"], **again["files"]} if n.startswith("tables/")]
        differing = [f for n in sorted(tables) if (f := _bytes("table", folder / n, made / n, n))]
        words = f"{plural(len(tables), 'table')} the same byte for byte when rendered again"
        verdict.add("table", differing, words)
        for name in SAME_BYTES:
            found = _bytes("report", folder / name, made / name, name)
            how = "part for part" if name.endswith(".ods") else "byte for byte"
            verdict.add("report", [found] if found else [], f"{name} is the same {how} when rendered again")
    others = [n for n in manifest["files"] if n not in SAME_BYTES and not n.startswith("tables/")]
    for name in others:
        words = (
            f"{name} was held to its recorded hash, not made again: it rests on this machine's fonts besides"
        )
        verdict.found.append(Found(check="report", thing=name, status="not compared", words=words))


def _as_it_was(settings: Settings, manifest: dict[str, Any], place: Path) -> Settings:
    """A data folder that is `settings`' own, with no commentary but what the manifest lists."""
    place.mkdir()
    for path in settings.data.iterdir():
        if path.name != "commentary":
            (place / path.name).symlink_to(path)
    for name in manifest["inputs"]:
        if name.startswith("commentary/"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes((settings.data / name).read_bytes())
    return Settings(data=place, shipped=settings.shipped)


def _figures(recorded: list[Any], again: list[Any]) -> Iterator[Found]:
    """Every figure that is not in both, the recorded one beside the one at its place now."""
    if len(recorded) == len(again):
        pairs = [(r, a) for r, a in zip(recorded, again, strict=True) if r != a]
    else:
        then, now = (Counter(json.dumps(f, sort_keys=True) for f in each) for each in (recorded, again))
        pairs = [(json.loads(f), None) for f in (then - now).elements()]
        pairs += [(None, json.loads(f)) for f in (now - then).elements()]
    for then, now in pairs:
        either = then if isinstance(then, dict) else now or {}
        parts = sorted(k for k in either if isinstance(then, dict) and now and then.get(k) != now.get(k))
        words = "it is not quoted when rendered again" if now is None else ""
        words = words or ("the report quotes it and the manifest does not list it" if then is None else "")
        yield Found(
            check="figure", thing=_sentence(either), status="differs", recorded=_value(then), now=_value(now),
            words=words or f"differs in: {', '.join(parts) or 'all of it'}",
        )  # fmt: skip


def _sentence(figure: dict[str, Any]) -> str:
    return f"{figure.get('section')}: “{figure.get('words')}” in “{figure.get('sentence')}”"


def _value(figure: Any) -> str:
    return "" if not isinstance(figure, dict) else f"{figure.get('value')}"


def _told(manifest: dict[str, Any], again: dict[str, Any]) -> Iterator[Found]:
    """What else a manifest says, but for what is compared by itself, names this machine, or tells the archive of the
    day (`basis`)."""
    apart = {"files", "figures", "libraries", "code", "basis"}
    for name in sorted({*manifest, *again} - apart):
        if manifest.get(name) != again.get(name):
            yield Found(
                check="manifest", thing=name, status="differs", recorded=_short(manifest.get(name)),
                now=_short(again.get(name)), words="rendered again it says something else",
            )  # fmt: skip


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:199] + "…"


def _bytes(check: str, recorded: Path, made: Path, name: str) -> Found | None:
    """A file and the same one made again: where their texts first part, if they do."""
    if not made.is_file():
        return Found(check=check, thing=name, status="extra", words="it is not made when rendered again")
    if not recorded.is_file():
        return Found(
            check=check, thing=name, status="gone", words="it is not there; rendered again it is made"
        )
    then, now = recorded.read_bytes(), made.read_bytes()
    if then == now:
        return None
    if name.endswith(".ods"):
        return _parts(check, recorded, made, name)
    lines = [b.decode("utf-8", "replace").splitlines() for b in (then, now)]
    line = next((n for n, (a, b) in enumerate(zip(*lines, strict=False)) if a != b), min(map(len, lines)))
    was, is_ = (each[line].strip()[:200] if line < len(each) else "no such line" for each in lines)
    words = f"rendered again it differs first in line {line + 1}"
    return Found(check=check, thing=name, status="differs", recorded=was, now=is_, words=words)


def _parts(check: str, recorded: Path, made: Path, name: str) -> Found | None:
    """Two spreadsheets by what they hold: another version of zlib packs the same parts into other bytes.

    Parts are unpacked only where both are of one size: the recorded file is anybody's.
    """
    try:
        with zipfile.ZipFile(recorded) as then, zipfile.ZipFile(made) as now:
            sizes = [{p.filename: p.file_size for p in each.infolist()} for each in (then, now)]
            names = sorted({*sizes[0], *sizes[1]})
            part = next((p for p in names if sizes[0].get(p) != sizes[1].get(p)), None) or next(
                (p for p in names if then.read(p) != now.read(p)), None
            )
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, zlib.error):
        return Found(check=check, thing=name, status="differs", words="it cannot be read as a spreadsheet")
    if part is None:
        return None
    words = f"rendered again it differs in its part {part}"
    return Found(check=check, thing=name, status="differs", words=words)


# --- where it cannot be made again ------------------------------------------------------------------


def _asked(settings: Settings, verdict: Verdict, why: str) -> None:
    """Ask each figure and each table of the same build again, by today's measures."""
    manifest = verdict.review.manifest
    words = f"report.html was not rendered again: {why}"
    verdict.found.append(Found(check="report", thing="", status="not compared", words=words))
    verdict.add(
        "report",
        list(_quoted_in_report(verdict.review)),
        "the report says every sentence that the manifest lists",
    )
    if any(f.status == "gone" and f.thing == manifest["build"] for f in verdict.of("build")):
        words = "no figure can be asked again without the build"
        verdict.found.append(Found(check="figure", thing="", status="gone", words=words))
        return
    try:
        with Store(settings, build_id=manifest["build"]) as store:
            asked = _Asked(store, verdict.review)
            figures = [f for figure in manifest["figures"] if (f := asked.figure(figure))]
            tables = [f for _, m in sorted(manifest["measures"].items()) if (f := asked.table(m))]
    except (AccessReviewError, duckdb.Error) as error:
        words = f"no figure can be asked again: {str(error).splitlines()[0]}"
        verdict.found.append(Found(check="figure", thing="", status="gone", words=words))
        return
    verdict.again = "asked"
    quoted = plural(len(manifest["figures"]), "figure")
    verdict.add("figure", figures, f"{quoted} quoted, each given by today's measures of the same build")
    words = f"{plural(asked.compared, 'table')} given byte for byte by today's measures of the same build"
    verdict.add("table", tables, words)


class _Asked:
    """Today's answers to the questions of a manifest, each asked once."""

    def __init__(self, store: Store, review: Review) -> None:
        self.store = store
        self.review = review
        self.compared = 0
        self.answers: dict[str, MeasureResult | AccessReviewError] = {}

    def answer(self, name: object, filters: object) -> MeasureResult:
        """What the measure gives now, asked once. Raises AccessReviewError where it cannot be given."""
        key = json.dumps([name, filters], sort_keys=True, default=str)
        if key not in self.answers:
            options = filters if isinstance(filters, dict) else {}
            try:
                self.answers[key] = measure(str(name), self.store, filters=make_filters(**options))
            except (AccessReviewError, duckdb.Error, TypeError) as error:
                self.answers[key] = AccessReviewError(str(error).splitlines()[0])
        found = self.answers[key]
        if isinstance(found, AccessReviewError):
            raise found
        return found

    def figure(self, figure: Any) -> Found | None:
        """What is wrong with a recorded figure; None where it is what is given today."""
        if not isinstance(figure, dict):
            return Found(check="figure", thing=_short(figure), status="differs", words="that is no figure")
        now, words = None, f"measure {figure.get('measure') or figure.get('table') or 'not named'}"
        try:
            now = recompute(figure, self._rows(figure))
        except AccessReviewError as error:
            words = error.message
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            words = "how it was found is not as a render writes it"
        recorded = figure.get("value")
        if figure.get("how") != NOT_TRACED and _close(recorded, now):
            if says(figure) and f"{figure['words']}" in str(figure.get("sentence")):
                return None
            words = "its words do not say its value"
        return Found(
            check="figure", thing=_sentence(figure), status="differs", recorded=str(recorded),
            now="" if now is None else str(now), words=words,
        )  # fmt: skip

    def _rows(self, figure: dict[str, Any]) -> list[dict[str, Any]]:
        if figure.get("table"):
            return table_rows(self.review, str(figure["table"]))
        rows: list[dict[str, Any]] = json.loads(self.answer(figure["measure"], figure["filters"]).json())[
            "rows"
        ]
        return rows

    def table(self, recorded: Any) -> Found | None:
        """What is wrong with a table that is a measure's own; None where it is the same or is another kind."""
        if not isinstance(recorded, dict) or recorded.get("measure") not in MEASURES:
            return None
        name, asked = str(recorded.get("file")), str(recorded["measure"])
        path = self.review.file(name)
        if path is None:
            return None
        try:
            found = self.answer(asked, recorded.get("filters"))
        except AccessReviewError as error:
            return Found(check="table", thing=name, status="differs", words=error.message)
        self.compared += 1
        if found.csv().encode() == path.read_bytes():
            return None
        words = f"today's measure {asked} gives other rows"
        return Found(check="table", thing=name, status="differs", words=words)


def _close(recorded: Any, now: Any) -> bool:
    numbers = [v for v in (recorded, now) if isinstance(v, int | float) and not isinstance(v, bool)]
    return abs(numbers[0] - numbers[1]) <= CLOSE if len(numbers) == 2 else recorded == now


# --- the report itself ------------------------------------------------------------------------------


def _quoted_in_report(review: Review) -> Iterator[Found]:
    """Each recorded sentence that the report does not say in every section it is recorded of: what a reader sees was
    edited, or the record was."""
    try:
        text = plain_text((review.folder / "report.html").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return  # named among the files
    sections: dict[str, set[str]] = {}
    for figure in review.manifest["figures"]:
        if isinstance(figure, dict):
            sections.setdefault(str(figure.get("sentence")), set()).add(str(figure.get("section")))
    for sentence, where in sections.items():
        if text.count(_spaced(sentence)) < len(where):
            often = "less often" if _spaced(sentence) in text else "nowhere"
            words = (
                f"the manifest lists it of {plural(len(where), 'section')}, and the report says it {often}"
            )
            yield Found(check="report", thing=f"“{sentence}”", status="differs", words=words)


def plain_text(html: str) -> str:
    """What a report says, without tags and with single spaces."""
    return _spaced(unescape(re.sub(r"<[^>]+>", "", html)))


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def table_rows(review: Review, name: str) -> list[dict[str, Any]]:
    """The rows of one of a review's own tables, numbers as numbers. Raises AccessReviewError where it is not there."""
    path = review.file(name)
    if path is None:
        raise AccessReviewError(f"{name} is not there")
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: _number(v) for k, v in row.items()} for row in csv.DictReader(file)]


def _number(text: str | None) -> Any:
    try:
        return float(text or "") if "." in (text or "") else int(text or "")
    except ValueError:
        return text or None
