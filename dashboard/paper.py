"""A page as a tagged PDF: WeasyPrint lays it out, and what its tags lack is mended here.

It draws without a browser and without a network, and its tags, bookmarks and language come from the page itself
(docs/decisions/0030-what-a-review-is-given-as.md). What it does not do and a reader with a screen reader needs: the
scope of each header cell, a chart's summary beside its title, what a link leads to in words, and the place of a
figure in the units of the page.

    python -m dashboard.paper < page.html > page.pdf        what dashboard/reports/pdf.py runs
"""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import SubElement

from dashboard.errors import AccessReviewError
from dashboard.settings import PACKAGE


SVG = "{http://www.w3.org/2000/svg}"
# As dashboard/svg/shapes.py writes its colours.
FALLBACK = re.compile(r"var\(--[\w-]+, (#[0-9A-Fa-f]{3,6})\)")
LACKS = 3  # how the process ends where the machine cannot draw
POINTS = 0.75  # of a CSS pixel


def draw(html: str) -> bytes:
    """The page as PDF/UA-1, the same bytes for the same page, engine and fonts.

    Raises AccessReviewError when the page asks for anything outside itself, and OSError or ImportError when a
    library of the system is missing.
    """
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)  # anything else is a fault
    page = weasyprint.HTML(string=html, base_url="", url_fetcher=fetcher)
    headings = _for_paper(page.etree_element)
    out = io.BytesIO()
    logging.getLogger("weasyprint").setLevel(
        logging.CRITICAL
    )  # it names each rule of CSS that it does not know
    try:
        page.write_pdf(
            out,
            finisher=lambda document, pdf: _mend(document, pdf, headings),
            pdf_variant="pdf/ua-1",
        )
    except FatalURLFetchingError as error:
        raise AccessReviewError(f"the page may ask for nothing outside itself: {error}") from error
    return out.getvalue()


def _for_paper(page: Any) -> dict[str, str]:
    """Make the page's tree ready for paper, and give the words of each heading by the ids that lead to it.

    One drawing of each chart with its light colours and its summary in the text alternative; no link to a file
    beside the report, which on paper leads nowhere.
    """
    headings: dict[str, str] = {}
    # After the page's own: a sheet that is handed to the engine would come before them.
    paper = SubElement(page.find("head"), "style")
    paper.text = (PACKAGE / "templates" / "paper.css").read_text("utf-8")
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        if "href" in element.attrib and not element.attrib["href"].startswith(("#", "http://", "https://")):
            del element.attrib["href"]
        for child in [c for c in element if c.attrib.get("class") == "narrow"]:
            element.remove(child)
        if element.tag == f"{SVG}svg":
            _light(element)
        if element.tag == "section" and "aria-labelledby" in element.attrib and "id" in element.attrib:
            headings[element.attrib["id"]] = element.attrib["aria-labelledby"]
    words = {e.attrib["id"]: " ".join("".join(e.itertext()).split()) for e in page.iter() if "id" in e.attrib}
    return {**words, **{name: words.get(heading, name) for name, heading in headings.items()}}


def _light(svg: Any) -> None:
    """Colours as they are on paper, and the summary beside the title: the tag of a figure takes the title alone."""
    title, summary = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    if title is not None and summary is not None and summary.text:
        title.text = f"{(title.text or '').rstrip('.')}. {summary.text}"
    for element in svg.iter():
        for name, value in element.attrib.items():
            if "var(" in value:
                element.attrib[name] = FALLBACK.sub(r"\1", value)


def _mend(document: Any, pdf: Any, headings: dict[str, str]) -> None:
    """What the engine's tags lack (see the head of this module)."""
    import pydyf

    heights = {
        reference: page.height for reference, page in zip(pdf.page_references, document.pages, strict=True)
    }
    for element in _dictionaries(pdf):
        kind = element.get("S")
        if kind == "/TH":
            element["A"]["Scope"] = "/Column" if _within(pdf, element, "/THead") else "/Row"
        elif kind == "/Figure" and "A" in element:
            x1, y1, x2, y2 = (float(v) for v in element["A"]["BBox"])
            height = heights[element["Pg"]]
            box = (x1, height - y2, x2, height - y1)
            element["A"]["BBox"] = pydyf.Array([round(v * POINTS, 2) for v in box])
        elif element.get("Subtype") == "/Link" and "Dest" in element:
            target = element["Dest"].string
            element["Contents"] = pydyf.String(headings.get(target) or target)


def _dictionaries(pdf: Any) -> Iterator[Any]:
    import pydyf

    return (found for found in pdf.objects if isinstance(found, pydyf.Dictionary))


def _within(pdf: Any, element: Any, kind: str) -> bool:
    """Whether an element of the tree stands in one of that kind."""
    while "P" in element:
        element = pdf.objects[int(element["P"].split()[0])]
        if element.get("S") == kind:
            return True
    return False


def main() -> int:
    """Standard input to standard output; where it cannot be drawn, a sentence on standard error.

    Ends with 1 when the page is at fault, with LACKS when the machine lacks a library.
    """
    html = sys.stdin.buffer.read().decode("utf-8")
    try:
        made = draw(html)
    except AccessReviewError as error:
        print(error, file=sys.stderr)
        return 1
    except (ImportError, OSError) as error:
        print(next(iter(str(error).splitlines()), type(error).__name__), file=sys.stderr)
        return LACKS
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
