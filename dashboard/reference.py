"""Reference data that people keep in CSV files: read with the record number, so that an error names its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from dashboard.cleaning import tidy
from dashboard.errors import AccessReviewError
from dashboard.settings import Settings


def read_csv_rows(path: Path, columns: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows of a reference CSV with their record numbers. Raises AccessReviewError naming file and column."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        missing = [c for c in columns if c not in (reader.fieldnames or ())]
        rows = [{k: tidy(v or "") for k, v in row.items() if k} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise AccessReviewError(f"{path}: {error}", hint="save it as CSV in UTF-8") from error
    if missing:
        raise AccessReviewError(f"{path}: row 1: there is no column {missing[0]!r}", hint="add the column")
    return list(enumerate(rows, 2))


FIGURE_COLUMNS = (
    *("source", "source_address", "published", "measure", "category", "scope", "period_start", "period_end"),
    *("value", "status", "register", "comparable", "explanation"),
)


def read_published_figures(settings: Settings) -> list[dict[str, object]]:
    """Figures that others published, with their source. See data/README.md."""
    figures: list[dict[str, object]] = []
    for path in settings.files("published", "figures/*.csv"):
        for number, row in read_csv_rows(path, FIGURE_COLUMNS):
            try:
                figure: dict[str, object] = {c: row[c] or None for c in FIGURE_COLUMNS}
                for c in ("published", "period_start", "period_end"):
                    figure[c] = date.fromisoformat(row[c]) if row[c] else None
                figure["value"] = int(row["value"])
                figure["explanation"] = row["explanation"]
                figure["status"] = row["status"]
            except ValueError as error:
                raise AccessReviewError(f"{path}: row {number}: {error}", hint="mend the row") from error
            figures.append(figure)
    return figures
