"""An executed notebook made the same for the same build, and its cells as sections of a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from dashboard.files import write_whole
from dashboard.review import commentary_html
from dashboard.text import escape


def tidy_notebook(path: Path) -> None:
    """Take times and folders out of an executed notebook, so that the same build gives the same bytes."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": notebook.metadata.get("language_info", {"name": "python"}),
        }
    )
    for place, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell["id"] = f"injected-parameters-{place}"
    write_whole(path, nbformat.writes(notebook) + "\n")


def sections(notebook: Any) -> list[dict[str, str]]:
    """The notebook's cells by second-level heading: id (the cell's own), heading, and the HTML under it.

    Prose becomes HTML without raw HTML; of the outputs only the HTML that our own calls gave is taken.
    """
    found: list[dict[str, str]] = [{"id": "", "heading": "", "html": ""}]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            first, _, rest = cell.source.strip().partition("\n")
            if first.startswith("# "):
                continue  # the notebook's own title: the report's comes from the cover
            if first.startswith("## "):
                found.append({"id": cell["id"], "heading": first[3:].strip(), "html": ""})
            else:
                rest = cell.source
            found[-1]["html"] += commentary_html(rest)
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html")
            if html:
                found[-1]["html"] += html + "\n"
            elif output.output_type == "error":
                found[-1]["html"] += f"<p>{escape(output.ename)}</p>"
    return found
