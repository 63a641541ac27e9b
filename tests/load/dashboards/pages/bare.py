"""Bare Tornado: one handler for each file of a folder, read once. The floor for a page without a session.

python -m tests.load.dashboards.pages.bare PORT FOLDER
"""

import sys
from pathlib import Path

import tornado.ioloop
import tornado.web


class Same(tornado.web.RequestHandler):
    def initialize(self, html):
        self.html = html

    def get(self):
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(self.html)


if __name__ == "__main__":
    files = Path(sys.argv[2]).glob("*.html")
    tornado.web.Application([(f"/{f.stem}", Same, {"html": f.read_bytes()}) for f in files]).listen(
        int(sys.argv[1]), "127.0.0.1"
    )
    tornado.ioloop.IOLoop.current().start()
