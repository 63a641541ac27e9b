"""How long, or why that cannot be known."""

from __future__ import annotations

from dashboard import figures
from dashboard.measures import DEFAULT_CLOCK
from dashboard.measures.refusals import estimate, measurable, not_measurable
from dashboard.review.parts import Parts, Shown
from dashboard.vocabulary import CLOCKS


class Times(Parts):
    """Turnaround and waiting."""

    def turnaround(self) -> Shown:
        """How long, on the clock that the register supports, or why that cannot be known."""
        silent_clock = not_measurable(self.scope, DEFAULT_CLOCK)
        if silent_clock or not estimate(self.scope, self.filters).curve:
            result = self._measure("turnaround", "turnaround")
            silent = list(result.notes) or [silent_clock or ""]
            others = [CLOCKS[c] for c in measurable(self.scope)]
            if others and silent_clock:
                silent.append(f"What can be measured here is the time {'; or '.join(others)}.")
            return self._section("turnaround", [self._part("silent", words=silent)])
        made = (
            figures.turnaround_exhibit(self.store, self.filters),
            figures.turnaround_cohorts_exhibit(self.store, self.filters),
        )
        parts = [self._exhibit("turnaround", e) for e in made if e]
        if made[0] is None:
            parts.append(
                self._part(
                    "silent", words=["No case in the period has both dates, so no waiting time is given."]
                )
            )
        else:
            self._measure("survival-curve", "survival-curve", clock=DEFAULT_CLOCK)
        return self._section("turnaround", parts)
