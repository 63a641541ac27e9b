"""How long, or why that cannot be known."""

from __future__ import annotations

from dataclasses import replace

from dashboard import figures, turnaround_figures
from dashboard.exhibits import Exhibit
from dashboard.measures import DEFAULT_CLOCK
from dashboard.measures.refusals import estimate, measurable, not_measurable
from dashboard.review.parts import Parts, Shown
from dashboard.vocabulary import CLOCKS


class Times(Parts):
    """Turnaround and waiting."""

    def turnaround(self) -> Shown:
        """How long, on the clock that the register supports, or why that cannot be known."""
        silent_clock = not_measurable(self.scope, DEFAULT_CLOCK)
        between = turnaround_figures.bounds(self.store, replace(self.filters, clock=DEFAULT_CLOCK))
        if silent_clock or not estimate(self.scope, self.filters).curve:
            result = self._measure("turnaround", "turnaround")
            silent = list(result.notes) or [silent_clock or ""]
            others = measurable(self.scope)
            if others and silent_clock:
                words = "; or ".join(CLOCKS[c] for c in others)
                silent.append(f"What can be measured here is the time {words}.")
            beside = [self._another(others[0])] if others and silent_clock else []
            shown = [self._exhibit("turnaround", e) for e in (between, *beside) if e]
            return self._section("turnaround", [self._part("silent", words=silent), *shown])
        made = (
            figures.turnaround_exhibit(self.store, self.filters),
            figures.turnaround_cohorts_exhibit(self.store, self.filters),
        )
        parts = [self._exhibit("turnaround", e) for e in made if e]
        asked = replace(self.filters, clock=DEFAULT_CLOCK)
        ended = turnaround_figures.outcomes(self.store, asked)
        types = turnaround_figures.types_compared(self.store, asked)
        if ended:
            parts.append(self._exhibit("turnaround", ended))
        if types:
            compared = (("compared", (True,)),)
            parts.append(self._exhibit("turnaround", types, where=compared, counted=True))
        if between:
            parts.append(self._exhibit("turnaround", between))
        if made[0] is None:
            # the measure's own words: which cases were left out, and why
            parts.append(self._part("silent", words=self._measure("turnaround", "turnaround").notes))
        else:
            self._measure("survival-curve", "survival-curve", clock=DEFAULT_CLOCK)
        return self._section("turnaround", parts)

    def _another(self, clock: str) -> Exhibit | None:
        """The time on another clock, where the usual one cannot run: part of an answer is better than none."""
        filters = replace(self.filters, clock=clock)
        if not estimate(self.scope, filters).curve:
            return None
        found = figures.turnaround_exhibit(self.store, filters)
        return replace(found, key=f"turnaround-{clock.replace('_', '-')}") if found else None
