"""Every address of the site but /live and /static, which are the framework's: a line each."""

from __future__ import annotations

from dashboard.pages import PAGES
from dashboard.web import handlers


# A group of a pattern becomes an argument of the handler's `get`, with percent escapes undone. The first
# pattern that matches the whole path is taken.
ROUTES: list[tuple[str, type[handlers.Handler]]] = [
    (r"/", handlers.HomeHandler),
    (r"/(" + "|".join(PAGES) + r")", handlers.PageHandler),
    (r"/(search)", handlers.PageHandler),
    (r"/request/([^/]+)/(.*)", handlers.RequestHandler),
    (r"/recipient/(.+)", handlers.RecipientHandler),
    (r"/reviews/(april-review)/(\d{4})/([A-Za-z0-9-]{1,64})/([a-z_./0-9-]{1,100})", handlers.ReviewHandler),
    (r"/feeds/(changes|reviews)\.atom", handlers.FeedHandler),
    (r"/search\.json", handlers.SearchHandler),
    (r"/assets/[^/]+", handlers.AssetHandler),
    (r"/data/([a-z_-]{1,40})\.(csv|json|csv-metadata\.json)", handlers.DataHandler),
    (r"/health", handlers.HealthHandler),
    (r"/favicon\.ico", handlers.IconHandler),
]
