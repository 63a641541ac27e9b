"""The speed of the dashboard beside the same page built in other frameworks: `python -m tests.load.dashboards`.

Part of `make bench`. `pages/` holds the peers' pages, written as their documentation teaches; `register.py` the
figures all of them show; `systems.py` how each is started and used; `browser.py` and `watch.js` what a reader waits
for; `protocol.py` many readers at once; `plain.py` a page without a session; `report.py` the table.
"""
