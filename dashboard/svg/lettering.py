"""How wide a text is likely to be, and how it is broken or cut to fit.

Widths are estimated from letter shapes: there is no font to ask, and a label that turns out a little wider
than thought must only come close to its neighbour.
"""

from __future__ import annotations


def text_width(text: str, size: float) -> float:
    return size * sum(_letter(letter) for letter in text)


def wrap(text: str, width: float, size: float, most: int) -> list[str]:
    """At most `most` lines of about `width`; what does not fit ends in an ellipsis."""
    width += 0.01  # a label measured to make this room must fit it, rounding or not
    lines = [""]
    words = text.split() or [""]
    for place, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = " ".join([lines[-1], *words[place:]])
            break
    return [cut(line, width, size) for line in lines]


def cut(text: str, width: float, size: float) -> str:
    if text_width(text, size) <= width + 0.01:
        return text
    # Letter by letter from the front: a name of 5,000 letters, measured again for each one dropped, took seconds.
    used, kept = _letter("…"), 0
    while kept < len(text) and size * (used + _letter(text[kept])) <= width:
        used += _letter(text[kept])
        kept += 1
    return text[:kept].rstrip() + "…"


def _letter(letter: str) -> float:
    # A little over the widest of the fonts that `system-ui` is likely to mean (DejaVu Sans).
    if letter in "iljtfrI.,:;'|!()[] ":
        return 0.37
    if letter in "mwMW@%—":
        return 0.94
    if ord(letter) >= 0x2E80:  # Chinese, Japanese and Korean letters are as wide as they are tall
        return 1.0
    return 0.72 if letter.isupper() else 0.62
