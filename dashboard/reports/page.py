"""The executed notebook as one HTML file that asks for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from dashboard.reports.notebook import sections
from dashboard.settings import PACKAGE


def to_html(executed: Path, record: dict[str, Any], render: str, build: str, *, pdf: bool = True) -> str:
    """The executed notebook through our own nbconvert template: one file that asks for nothing else."""
    from nbconvert.exporters import TemplateExporter

    class ReportExporter(TemplateExporter):
        """HTMLExporter would rewrite our SVG and add scripts; the template is all that is wanted."""

        file_extension = ".html"

    notebook = nbformat.read(executed, as_version=4)
    css = "\n".join((PACKAGE / "templates" / name).read_text("utf-8") for name in ("style.css", "report.css"))
    exporter = ReportExporter(
        template_name="report", extra_template_basedirs=[str(PACKAGE / "templates")], template_data_paths=[]
    )
    report = {
        "title": record["title"],
        "description": f"{record['title']}, from what was published by {record['known_on']}.",
        "synthetic": record["register"]["synthetic"],
        "css": css.replace("</", "<\\/"),
        "sections": sections(notebook),
        "render": render,
        "build": build,
        "pdf": pdf,  # whether report.pdf will stand beside it
    }
    html, _ = exporter.from_notebook_node(notebook, resources={"report": report})
    return str(html)
