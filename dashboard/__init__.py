"""Published metadata on access requests and data releases: measures, dashboard and April review."""

__version__ = "0.1.0"

__all__ = ["__version__", "open_store"]


def __getattr__(name: str) -> object:
    # Imported on use, so that `import dashboard` costs nothing and never drags in DuckDB for `--version`.
    if name == "open_store":
        from dashboard.notebook import open_store

        return open_store
    raise AttributeError(f"module 'dashboard' has no attribute {name!r}")
