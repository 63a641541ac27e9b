"""Pairs of names that a person may want to look at, each with a score and the reasons. Nothing is merged here.

A pair is suggested for what its own words have in common. Legal suffixes and general words (University of,
NHS Foundation Trust, Council) never make a pair, and letters that happen to be alike do not either: University
of Exeter and University of Essex are 82 to rapidfuzz and share no word of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from rapidfuzz import fuzz

from dashboard.cleaning import normalise_text
from dashboard.names import DIRECTIONS, HOSPITAL_WORDS, LEGAL, STOP, Form, Name
from dashboard.recipients import Review, Reviewed


THRESHOLD = 75
LIMIT = 50
# A word shared by more names than this is no sign by itself; two such words together may be.
LARGEST_BLOCK = 60
# Letters alike, in per cent (rapidfuzz's ratio), for two words to be one word misspelt.
MISSPELT = 85
MISSPELT_ALONE = 88
ALIKE = 93
LEAST_OF_NAMES = 85
# One request under both names: with a word of their own in common, and without.
SHARED_AND_A_WORD = 86
SHARED = 76

Reason = tuple[int, str]  # score from 0 to 100, and why


@dataclass(kw_only=True)
class Recipient:
    """A recipient as it now is, with every spelling published for it, and what it rests on."""

    key: str
    name: str
    spellings: list[str] = field(default_factory=list)
    registers: set[str] = field(default_factory=set)
    requests: int = 0
    years: set[int] = field(default_factory=set)


# What the register shows of two recipients (their keys), in words: one request that stands under both names.
Shared = Mapping[frozenset[str], str]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """`alias` may be `recipient`: two recipients, the one with fewer requests first. `reasons`: best first."""

    score: int
    alias: Recipient
    recipient: Recipient
    reasons: tuple[str, ...]


def suggest(
    recipients: Sequence[Recipient],
    *,
    threshold: int = THRESHOLD,
    settled: Callable[[Recipient, Recipient], bool] = lambda one, other: False,
    shared: Shared | None = None,
) -> list[Suggestion]:
    """Pairs that score at least `threshold`, best first; those a person has settled are left out.

    Names are compared only where they share a word of their own, an abbreviation or the letters, so time
    grows with the names and not with their pairs.
    """
    texts = [
        (n, Name(text)) for n, r in enumerate(recipients) for text in dict.fromkeys((r.name, *r.spellings))
    ]
    best: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for a, b in _candidates([name for _, name in texts]):
        (i, one), (j, other) = texts[a], texts[b]
        if i == j:
            continue
        found = reasons(one, other)
        if not found or max(found)[0] < threshold:
            continue
        pair = (min(i, j), max(i, j))
        shown = {normalise_text(recipients[n].name) for n in (i, j)}
        compared = {normalise_text(text) for text in (one.text, other.text)}
        spelt = "" if compared <= shown else f" (“{one.text}”, “{other.text}”)"
        best.setdefault(pair, []).extend((score, why + spelt) for score, why in found)
    place = {recipient.key: n for n, recipient in enumerate(recipients)}
    for keys, words in (shared or {}).items():
        i, j = sorted(place[key] for key in keys)
        score = _shared_score(Name(recipients[i].name), Name(recipients[j].name))
        if score >= threshold or (i, j) in best:
            best.setdefault((i, j), []).append((score, words))
    suggestions = []
    for (i, j), told in best.items():
        if settled(recipients[i], recipients[j]):
            continue
        alias, recipient = sorted((recipients[i], recipients[j]), key=_weight)
        ordered = sorted(set(told), key=lambda r: (-r[0], r[1]))
        suggestions.append(
            Suggestion(
                score=ordered[0][0], alias=alias, recipient=recipient,
                reasons=tuple(dict.fromkeys(words for _, words in ordered)),
            )
        )  # fmt: skip
    return sorted(suggestions, key=lambda s: (-s.score, s.recipient.name, s.alias.name))


def _shared_score(one: Name, other: Name) -> int:
    # Two partners of one project share its request too, and seldom a word of their own.
    return SHARED_AND_A_WORD if one.main.own & other.main.own else SHARED


def _weight(recipient: Recipient) -> tuple[int, int, str]:
    # Equal evidence: the longer name, which says more, is the recipient.
    return (recipient.requests, len(recipient.name), recipient.name)


# ------------------------------------------------------------------------------------ why two names may be one


def reasons(one: Name, other: Name) -> list[Reason]:
    """Why two names may be one organisation, or one a part of the other; [] when nothing says so."""
    found = []
    if one.whole.compact == other.whole.compact:
        found.append((100, "the same but for punctuation, small words or case"))
    main = _compared(one.main, other.main)
    if main:
        score, why = main
        beside = [n for n in (one, other) if n.main.compact != n.whole.compact]
        if len(beside) == 2 and one.others and other.others and not _share(one.others, other.others):
            # each says what else it is called, and they do not agree: the names themselves must
            if score > LEAST_OF_NAMES:
                found.append((min(score, 85), f"{why}, each with other words beside it"))
        elif beside and score < 100:
            found.append((min(score, 96), f"{why}, less what stands in brackets or beside it"))
        elif beside:
            found.append((96, "the same but for what stands in brackets or beside it"))
        else:
            found.append(main)
    for a, b in ((one, other), (other, one)):
        for form in a.others:
            told = _compared(form, b.main)
            if told and told[0] >= 95:
                found.append((94, f"“{form.text}” is given as another name of “{a.main.text}”"))
    if not main and _share(one.others, other.others):
        found.append((78, "both give the same other name"))
    return sorted(set(found), key=lambda r: (-r[0], r[1]))


def _share(ours: Iterable[Form], theirs: Iterable[Form]) -> bool:
    return bool({f.compact for f in ours} & {f.compact for f in theirs})


def _compared(a: Form, b: Form) -> Reason | None:
    """The best reason for two forms to be one name."""
    if not a.tokens or not b.tokens:
        return None
    if a.compact == b.compact:
        return 100, "the same but for punctuation, small words or case"
    if a.compact_core == b.compact_core and a.compact_core:
        if a.legal != b.legal:
            return 98, f"the same but for the legal suffix ({' / '.join(_legal(f) for f in (a, b))})"
        return 97, "the same but for small words"
    if a.words == b.words and (a.own or a.kind):
        return 95, "the same words in another order"
    return _abbreviated(a, b) or _abbreviated(b, a) or _alike(a, b) or _within(a, b) or _within(b, a)


def _legal(form: Form) -> str:
    return " ".join(form.legal) or "none"


def _abbreviated(short: Form, long: Form) -> Reason | None:
    """UCL and University College London; FFT Education and Fischer Family Trust Education."""
    for word in short.acronyms & set(short.core):
        rest = [w for w in short.core if w != word]
        if word in long.core:
            continue
        if not rest:
            if word in long.initials:
                return (88 if len(word) > 3 else 84), f"{word.upper()} are the initials of the other"
            continue
        for start, end in _runs(long.core, word):
            run = [w for w in (*long.core[:start], *long.core[end:]) if w not in STOP]
            ours = [w for w in rest if w not in STOP]
            words = f"{word.upper()} may abbreviate “{' '.join(long.core[start:end])}”"
            if run == ours:
                return 92, f"{words}; the rest is the same"
            if not run and short.body == long.body:
                return 76, f"{words}; the name adds “{' '.join(ours)}”"
    return None


def _runs(words: Sequence[str], acronym: str) -> Iterator[tuple[int, int]]:
    """Where a run of words has these initials, small words counted or not."""
    for start in range(len(words)):
        for end in range(start + 2, min(len(words), start + len(acronym) + 3) + 1):
            run = words[start:end]
            if run[0] in STOP or run[-1] in STOP:
                continue
            if acronym in ("".join(w[0] for w in run), "".join(w[0] for w in run if w not in STOP)):
                yield start, end


def _alike(a: Form, b: Form) -> Reason | None:
    """The same own words, or own words misspelt, in the same kind of body."""
    if a.kind != b.kind or a.body != b.body or not a.own or not b.own:
        return None
    if {("city" in f.words, "county" in f.words) for f in (a, b)} == {(True, False), (False, True)}:
        return None  # a city and the county around it
    if a.own == b.own:
        differ = sorted((a.words ^ b.words) - STOP)
        return 90, f"the same but for general words ({', '.join(differ)})"
    ours, theirs = sorted(a.own - b.own), sorted(b.own - a.own)
    if _digits(ours) != _digits(theirs):
        return None
    if len(ours) == len(theirs):
        pairs = [_nearest(word, theirs) for word in ours]
        least = MISSPELT if a.own & b.own else MISSPELT_ALONE
        if len({theirs for _, theirs in pairs}) == len(ours) and all(ratio >= least for ratio, _ in pairs):
            ratio = min(ratio for ratio, _ in pairs)
            spelt = ", ".join(f"{w} / {t}" for w, (_, t) in zip(ours, pairs, strict=True))
            return round(50 + 0.4 * ratio), f"spelt alike ({spelt})"
    letters = ["".join(w for w in f.core if w in f.own) for f in (a, b)]
    if len(a.own) != len(b.own) and min(map(len, letters)) >= 7:
        ratio = fuzz.ratio(*letters, score_cutoff=ALIKE)
        if ratio:
            return round(50 + 0.4 * ratio), "spelt alike, with other spaces"
    return None


def _nearest(word: str, others: Sequence[str]) -> tuple[float, str]:
    """The word most alike; one that begins otherwise is another word (Northampton, Southampton)."""
    return max((fuzz.ratio(word, o) if o[0] == word[0] and len(word) > 3 else 0.0, o) for o in others)


def _digits(words: Iterable[str]) -> list[str]:
    return sorted(w for w in words if any(c.isdigit() for c in w))


def _within(short: Form, long: Form) -> Reason | None:
    """One name holds the other: perhaps a part, perhaps the same with more said."""
    if short.body and short.body != long.body:
        return None
    loose = short.loose if short.body else frozenset()
    held, whole = ([w for w in f.core if w not in STOP | loose] for f in (short, long))
    extra = long.words - short.words - loose
    if not short.own or not set(held) < set(whole) or len(short.core) < 2:
        return None
    in_a_run = _run(held, whole)
    if extra & DIRECTIONS and (extra - HOSPITAL_WORDS - LEGAL <= DIRECTIONS or len(short.own) < 2):
        return None  # a neighbour
    if not in_a_run and (len(short.own) < 2 or extra & DIRECTIONS):
        return None
    # the university, and the hospital named after it
    if long.body == "hospital" and short.body != "hospital" and short.kind & {"university", "college"}:
        return None
    if short.kind & {"university", "college"} and extra & {"hospital", "medical", "nhs", "clinic"}:
        return None
    added = " ".join(w for w in long.core if w in extra)
    score = round(70 + 14 * len(set(held)) / len(set(whole)))
    return score, f"one name holds the other, which adds “{added}”"


def _run(short: Sequence[str], long: Sequence[str]) -> bool:
    return any(tuple(long[n : n + len(short)]) == tuple(short) for n in range(len(long) - len(short) + 1))


# --------------------------------------------------------------------------------- which names to set side by side


def _candidates(names: Sequence[Name]) -> Iterator[tuple[int, int]]:
    """Pairs worth comparing, each once: names that share letters, a rare word, two common ones or initials."""
    forms = [list(dict.fromkeys((n.whole, n.main, *n.others))) for n in names]
    spread = Counter(w for found in forms for w in {w for f in found for w in f.own})
    acronyms = {a for found in forms for f in found for a in f.acronyms}
    blocks: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, found in enumerate(forms):
        for key in {k for f in found for k in _keys(f, spread, acronyms)}:
            blocks[key].append(place)
    seen: set[int] = set()
    for (kind, _), members in blocks.items():
        if len(members) <= LARGEST_BLOCK:
            pairs: Iterable[tuple[int, int]] = combinations(members, 2)
        elif kind == "letters":
            # all of them spell one name: each beside the first says so
            pairs = ((members[0], b) for b in members[1:])
        else:
            continue  # what so many share is no sign
        for a, b in pairs:
            pair = a * len(names) + b
            if pair not in seen:
                seen.add(pair)
                yield a, b


def _keys(form: Form, spread: Counter[str], acronyms: set[str]) -> Iterator[tuple[str, str]]:
    if not form.words:
        return
    yield "letters", form.compact_core
    yield "letters", "".join(sorted(form.words))
    rare = [w for w in form.own if spread[w] <= LARGEST_BLOCK]
    for word in rare:
        yield "word", word
    # words shared by many, or that many begin or end like, count in twos
    common = sorted(form.own - set(rare), key=lambda w: (spread[w], w))[:5]
    for pair in combinations(common, 2):
        yield "words", " ".join(sorted(pair))
    # misspelt, in the same kind of body and from the same first letter: what _alike asks
    body = " ".join((form.body, *sorted(form.kind)))
    for word in form.own:
        if len(word) > 4:
            yield "begins", f"{word[:4]} {body}"
            yield "ends", f"{word[0]} {word[-4:]} {body}"
    for word in form.acronyms | (form.initials & acronyms):
        yield "initials", word
    for acronym in _run_initials(form.core) & acronyms:
        yield "initials", acronym
    if not form.own:
        yield "general", " ".join(sorted(form.words))


def _run_initials(words: Sequence[str]) -> set[str]:
    found = set()
    for start in range(len(words)):
        for end in range(start + 2, min(len(words), start + 8) + 1):
            run = words[start:end]
            found |= {"".join(w[0] for w in run), "".join(w[0] for w in run if w not in STOP)}
    return found


# ------------------------------------------------------------------------------------- what is published, reviewed


def recipients_of(published: Iterable[dict[str, object]], reviews: Sequence[Review]) -> list[Recipient]:
    """Recipients, from published names and the reviewed rows as they now stand in the files.

    `published`: register, recipient_key, spelling, requests, first_year, last_year. A name that a row gives to
    a recipient for certain days only has been looked at, and is left out.
    """
    by_register: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in published:
        by_register[str(row["register"])].append(row)
    found: dict[str, Recipient] = {}
    for register, rows in sorted(by_register.items()):
        reviewed = Reviewed(reviews, register)
        spellings = {str(r["recipient_key"]): str(r["spelling"]) for r in rows}
        for row in rows:
            named = reviewed.named(str(row["recipient_key"]), spellings.get)
            if len({n.recipient_key for n in named}) > 1:
                continue
            recipient = found.setdefault(
                named[0].recipient_key, Recipient(key=named[0].recipient_key, name=named[0].recipient)
            )
            recipient.spellings.append(str(row["spelling"]))
            recipient.registers.add(register)
            recipient.requests += int(str(row["requests"]))
            recipient.years |= {int(str(row[c])) for c in ("first_year", "last_year") if row[c] is not None}
    return [found[key] for key in sorted(found)]


def shared_by(
    requests: Iterable[dict[str, object]], published: Iterable[dict[str, object]], reviews: Sequence[Review]
) -> dict[frozenset[str], str]:
    """Which recipients, as now reviewed, one request stands under.

    `requests`: register, one, other (keys of names), request, requests.
    """
    here = {recipient.key for recipient in recipients_of(published, reviews)}
    reviewed: dict[str, Reviewed] = {}
    found: dict[frozenset[str], str] = {}
    for row in requests:
        register = str(row["register"])
        names = reviewed.setdefault(register, Reviewed(reviews, register))
        ends = [
            {n.recipient_key for n in names.named(str(row[side]), lambda _: None)}
            for side in ("one", "other")
        ]
        keys = frozenset(ends[0] | ends[1])
        if max(map(len, ends)) > 1 or len(keys) < 2 or not keys <= here:
            continue
        more = f" and {int(str(row['requests'])) - 1} more" if row["requests"] != 1 else ""
        found.setdefault(keys, f"request {row['request']}{more} stands under both names")
    return found


def settled_by(reviews: Sequence[Review], registers: Iterable[str]) -> Callable[[Recipient, Recipient], bool]:
    """Whether a person has decided about two recipients, in a register that has them."""
    reviewed = {register: Reviewed(reviews, register) for register in registers}

    def settled(one: Recipient, other: Recipient) -> bool:
        return any(reviewed[r].settled(one.key, other.key) for r in one.registers | other.registers)

    return settled


def unmatched(published: Iterable[dict[str, object]], reviews: Iterable[Review]) -> list[Review]:
    """Rows whose alias no register concerned publishes, though one of them is here: perhaps misspelt."""
    keys: dict[str, set[str]] = defaultdict(set)
    for row in published:
        keys[str(row["register"])].add(str(row["recipient_key"]))
    found = []
    for review in reviews:
        here = [names for register, names in keys.items() if review.concerns(register)]
        if here and not any(normalise_text(review.alias) in names for names in here):
            found.append(review)
    return found
