"""XML from outside, read by a parser that neither loops nor fetches: made plain, and measured in one pass.

calamine's own XML reader takes some markup for the end of a value or reads on past it, so what says the same in an
unusual way is first written in the usual one.
"""

from __future__ import annotations

import re
from typing import NoReturn
from xml.parsers import expat

from dashboard.workbook.refusals import brief, damaged, refusal


# XML that says the same in another way, at which calamine drops what stands beside it without a word: a
# number ends at a character reference, a text at a comment, a CDATA section is skipped. Never written by a
# spreadsheet program, so such a part is written plainly first; a part that only looks so costs a moment.
ODD = (b"<!", b"&#", b"='", *(b % c for b in (b"=%c", b"%c=") for c in b" \t\r\n"))
# The beginning of a part in UTF-8: a declaration that says so or says nothing, or none.
UTF8_XML = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*(?:<\?xml\s(?:(?!encoding)[^<>?])*(?:encoding=["']utf-8["'][^<>?]*)?\?>|<(?!\?))""",
    re.IGNORECASE,
)


class Check:
    """Handlers of one expat pass."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, characters: str) -> None: ...


def plain_xml(file: str, part: str, data: bytes) -> bytes:
    """`data` in UTF-8 without comments, instructions, CDATA and needless references, where it has any.

    Raises AccessReviewError as `check_xml` does.
    """
    return rewritten(file, part, data) if is_odd(data) else data


def is_odd(data: bytes) -> bool:
    """Whether the XML may say something in a way at which calamine stumbles."""
    begins = UTF8_XML.match(data)
    return not begins or b"<?" in data[begins.end() :] or any(mark in data for mark in ODD)


def rewritten(
    file: str,
    part: str,
    data: bytes,
    *,
    left_out: tuple[str, ...] = (),
    text_within: frozenset[str] = frozenset(),
) -> bytes:
    """The same XML in the usual way, without elements whose name begins with any of `left_out`.

    Where `text_within` names elements, text outside them is left out too. Raises AccessReviewError as `check_xml`
    does.
    """
    plain = bytearray()
    depth = 0  # of elements whose text counts
    skipped = 0  # depth of elements inside one that is left out, itself included

    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, skipped
        if skipped or name.startswith(left_out):
            skipped += 1
            return
        depth += name in text_within
        plain.extend(f"<{name}".encode())
        for key, value in attributes.items():
            value = escaped(value).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
            plain.extend(f' {key}="{value}"'.encode())
        plain.extend(b">")

    def end(name: str) -> None:
        nonlocal depth, skipped
        if skipped:
            skipped -= 1
            return
        depth -= name in text_within
        plain.extend(f"</{name}>".encode())

    def text(characters: str) -> None:
        if not skipped and (depth or not text_within):
            plain.extend(escaped(characters).encode())

    parser = _parser(file, part, None)  # in the encoding that it declares
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    _parse(file, part, parser, data)
    return bytes(plain)


def check_xml(file: str, part: str, data: bytes, check: Check) -> None:
    """One pass over the XML. Raises AccessReviewError when it is not well-formed or has a DTD."""
    # calamine takes every part for UTF-8, whatever it declares, and what declares another was rewritten.
    parser = _parser(file, part, "utf-8")
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    parser.CharacterDataHandler = check.text
    _parse(file, part, parser, data)


def _parser(file: str, part: str, encoding: str | None) -> expat.XMLParserType:
    def refuse_dtd(*_: object) -> NoReturn:
        raise refusal(
            file,
            f'declares its own XML entities in "{brief(part)}", which no spreadsheet program does',
            "check that the file comes from the publisher",
        )

    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_dtd
    return parser


def _parse(file: str, part: str, parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = f"{expat.ErrorString(error.code)}, line {error.lineno:,}"
        raise damaged(file, f'its part "{brief(part)}" is not well-formed XML ({reason})') from None
    except (LookupError, ValueError) as error:  # the encoding that it declares
        raise damaged(file, f'its part "{brief(part)}" cannot be read: {brief(str(error))}') from None
