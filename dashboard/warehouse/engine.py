"""How DuckDB is opened, wherever it is opened: what holds for the builder and for every reader."""

from __future__ import annotations


# No download, ever; and no optimiser that is known to give wrong rows. `common_subplan` takes two parts of a query
# for one although they are filtered differently (docs/decisions/0016-one-optimiser-is-off.md).
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "disabled_optimizers": "common_subplan",
}
