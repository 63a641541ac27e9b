"""Published metadata on access requests and data releases: measures, dashboard and April review."""

__version__ = "0.1.0"
