"""Asking a publisher for a register's files. The only part of the project that uses the network.

`web` asks politely and within bounds, `pages` reads what a publisher's page lists, `run` settles what is new
and archives it. Imported by the command `fetch` alone, when it runs.
"""
