"""The names of organisations taken apart for comparison: words, legal suffixes, brackets, general words.

For suggestions to a person only. What merges names is `cleaning.normalise_text` and a reviewed row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dashboard.cleaning import normalise_text


# Words that say what an organisation is in law, not which it is.
LEGAL = frozenset(
    {"ltd", "limited", "plc", "llp", "lp", "llc", "inc", "incorporated", "cic", "gmbh", "bv", "sa", "company"}
)
STOP = frozenset({"the", "of", "and", "for", "at", "in", "on", "to", "de", "upon"})
# Written in several ways, and the same word.
SAME_WORD = {
    "uni": "university", "univ": "university", "dept": "department", "inst": "institute",
    "assoc": "association", "hosp": "hospital", "hospitals": "hospital", "hosps": "hospital", "govt": "government",
    "centres": "centre", "center": "centre", "schools": "school", "services": "service",
    "nhsft": "nhs foundation trust", "nhst": "nhs trust", "ft": "foundation trust", "lhb": "local health board",
}  # fmt: skip
PHRASES = (
    (re.compile(r"\bclinical commissioning group\b"), "ccg"),
    (re.compile(r"\bcommissioning support unit\b"), "csu"),
    (re.compile(r"\bcommunity interest company\b"), "cic"),
    (re.compile(r"\bpublic limited company\b"), "plc"),
)
# General words that say what kind of body this is. Two names that differ in them are two bodies: the university,
# the council and the hospital of one town.
KIND = frozenset(
    {
        "university", "college", "institute", "school", "academy", "ccg", "csu", "alliance", "network", "ministry",
        "department", "agency", "commission", "centre", "unit", "society", "association", "board", "authority",
        "office", "service", "registry", "group", "police", "constabulary", "charity", "laboratory",
        "council", "hospital", "trust", "foundation", "fund",
    }
)  # fmt: skip
# General words that come and go within one kind of body.
HOSPITAL_WORDS = frozenset({"nhs", "foundation", "trust", "hospital", "infirmary", "healthcare"})
COUNCIL_WORDS = frozenset(
    {"council", "borough", "metropolitan", "city", "county", "district", "london", "royal"}
)
# Words that tell neighbours apart.
DIRECTIONS = frozenset(
    {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "mid", "central", "upper",
     "lower", "inner", "outer", "greater", "new", "old"}
)  # fmt: skip

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_ALSO = re.compile(
    r"^(?:also |now |formerly |previously )?(?:known|trading) as |^(?:formerly|previously|now|aka|t/a|a\.k\.a\.) ",
    re.IGNORECASE,
)
_TWO_NAMES = re.compile(
    r",? (?:(?:also |formerly |previously )?known as|trading as|t/a|aka|formerly|previously) ", re.IGNORECASE
)
_FOR_ANOTHER = re.compile(r",? (?:commissioned by|on behalf of|c/o|funded by) ", re.IGNORECASE)
_POSSESSIVE = re.compile(r"'s\b|(?<=s)'")
_WORD = re.compile(r"[^\W_]+")
LONGEST = 300  # characters of a name that are compared


@dataclass(frozen=True)
class Form:
    """One way to read a name: the whole, the name without its brackets, or what stands in them."""

    text: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Words, folded: no accents, case, punctuation or possessives; no leading "the"."""
        folded = unicodedata.normalize("NFKD", normalise_text(self.text).replace("&", " and "))
        folded = "".join(c for c in folded if not unicodedata.combining(c))
        folded = " ".join(_WORD.findall(_POSSESSIVE.sub("", folded)))
        folded = " ".join(SAME_WORD.get(word, word) for word in folded.split())
        for phrase, word in PHRASES:
            folded = phrase.sub(word, folded)
        words = folded.split()
        return tuple(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)

    @cached_property
    def core(self) -> tuple[str, ...]:
        """The words without the legal suffix."""
        words = list(self.tokens)
        while len(words) > 1 and words[-1] in LEGAL:
            words.pop()
        return tuple(words)

    @cached_property
    def legal(self) -> tuple[str, ...]:
        return self.tokens[len(self.core) :]

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.core) - STOP

    @cached_property
    def body(self) -> str:
        """hospital, council or nothing: which general words may come and go."""
        words = self.words
        if (
            "hospital" in words
            or "infirmary" in words
            or ("trust" in words and words & {"nhs", "foundation"})
        ):
            return "hospital"
        return "council" if "council" in words or ("borough" in words and "ccg" not in words) else ""

    @cached_property
    def loose(self) -> frozenset[str]:
        if self.body == "hospital":
            return HOSPITAL_WORDS
        # "London Borough of", "Royal Borough of"; a council in London is no other council's namesake
        return COUNCIL_WORDS if self.body == "council" else frozenset({"nhs"})

    @cached_property
    def kind(self) -> frozenset[str]:
        return (self.words & KIND) - self.loose

    @cached_property
    def own(self) -> frozenset[str]:
        """The words that are this organisation's own: not general, not legal."""
        return self.words - self.loose - KIND

    @cached_property
    def initials(self) -> frozenset[str]:
        """First letters of the words, with the small words and without."""
        return frozenset(
            "".join(w[0] for w in words)
            for words in (self.core, tuple(w for w in self.core if w not in STOP))
            if len(words) > 1
        )

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """Words written in capitals, folded: what may abbreviate another name."""
        return frozenset(w.lower() for w in _WORD.findall(self.text) if 2 < len(w) < 8 and w.isupper())

    @cached_property
    def compact(self) -> str:
        return "".join(self.tokens)

    @cached_property
    def compact_core(self) -> str:
        return "".join(w for w in self.core if w not in STOP)


@dataclass(frozen=True)
class Name:
    """A published name and the forms in which it can be read."""

    text: str

    @cached_property
    def whole(self) -> Form:
        return Form(self.text[:LONGEST])

    @cached_property
    def main(self) -> Form:
        """Without brackets, without who else is named after it, without its own abbreviation beside it."""
        text = _FOR_ANOTHER.split(_BRACKETS.sub(" ", self.text[:LONGEST]))[0]
        text = _TWO_NAMES.split(text)[0].strip()
        return self._without_own_initials(Form(text)) if text else self.whole

    @cached_property
    def others(self) -> tuple[Form, ...]:
        """Other names that it gives itself: in brackets, after "known as", or as initials beside the name."""
        return tuple(Form(text) for text in dict.fromkeys(self._others()) if Form(text).tokens)

    def _others(self) -> Iterator[str]:
        text = self.text[:LONGEST]
        for inside in _BRACKETS.findall(text):
            found = _ALSO.sub("", inside.strip())
            if found.lower() != found:  # a name, and no remark such as "(name withheld)"
                yield found
        outside = _FOR_ANOTHER.split(_BRACKETS.sub(" ", text))[0]
        yield from _TWO_NAMES.split(outside)[1:]

    @staticmethod
    def _without_own_initials(form: Form) -> Form:
        """ "EPI Education Policy Institute" is Education Policy Institute."""
        words = form.text.split()
        for abbreviation, rest in ((words[:1], words[1:]), (words[-1:], words[:-1])):
            if len(rest) < 2 or not abbreviation[0].strip(",-–").isupper():
                continue
            others = Form(" ".join(rest).strip(" ,-–"))
            if Form(abbreviation[0]).compact in others.initials:
                return others
        return form
