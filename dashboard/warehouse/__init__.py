"""Editions into one immutable DuckDB file, published by moving a pointer."""
