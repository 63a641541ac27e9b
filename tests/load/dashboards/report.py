"""The table of `make bench`: each figure beside its references, and whether what must be is met."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Figure:
    """One line of the table. `values`: by system, every measurement of the run; ours under "ours"."""

    words: str
    unit: str
    values: dict[str, list[float]]
    must: tuple[float, str]  # times which reference
    reach: tuple[float, str]
    more: bool = False  # whether more is better
    digits: int = 0
    notes: list[str] = field(default_factory=list)

    def middle(self, key: str) -> float | None:
        found = self.values.get(key)
        return statistics.median(found) if found else None

    def verdict(self, goal: tuple[float, str]) -> str:
        """How ours stands to a goal: met, or missed and by how much."""
        times, key = goal
        mine, theirs = self.middle("ours"), self.middle(key)
        if mine is None or theirs is None:
            return "not measured"
        ratio = mine / (times * theirs)
        met = ratio >= 1 if self.more else ratio <= 1
        asked = f"{'at least' if self.more else 'at most'} {times * theirs:,.{self.digits}f}"
        if met:
            return f"{asked}: met"
        return f"{asked}: missed by {abs(ratio - 1):.0%}"


def table(figures: list[Figure], words: dict[str, str]) -> str:
    """Markdown: medians, the least (or, where more is better, the most) in brackets."""
    lines = []
    for f in figures:
        lines += [f"{f.words} ({f.unit})", ""]
        for key, found in f.values.items():
            if not found:
                continue
            best = max(found) if f.more else min(found)
            ratio = ""
            mine = f.middle("ours")
            if key != "ours" and mine is not None and statistics.median(found):
                ratio = f"ours is {mine / statistics.median(found):.2f} of it"
            cell = f"{statistics.median(found):,.{f.digits}f} ({best:,.{f.digits}f})"
            lines.append(f"    {words.get(key, key):<42}{cell:>20}   {ratio}")
        lines += [
            f"    must: {f.must[0]:g} of {words.get(f.must[1], f.must[1])}, {f.verdict(f.must)}",
            f"    reach: {f.reach[0]:g} of {words.get(f.reach[1], f.reach[1])}, {f.verdict(f.reach)}",
            *(f"    {note}" for note in f.notes),
            "",
        ]
    return "\n".join(lines)


def summary(figures: list[Figure], words: dict[str, str]) -> str:
    """One line a figure, as Markdown."""
    lines = ["| figure | ours | references | must | reach |", "| --- | --- | --- | --- | --- |"]
    for f in figures:
        mine = f.middle("ours")
        others = "; ".join(
            f"{words.get(k, k)} {statistics.median(v):,.{f.digits}f}"
            for k, v in f.values.items()
            if v and k != "ours"
        )
        shown = "not measured" if mine is None else f"{mine:,.{f.digits}f}"
        lines.append(
            f"| {f.words}, {f.unit} | {shown} | {others} | {f.verdict(f.must)} | {f.verdict(f.reach)} |"
        )
    return "\n".join(lines)
