"""The dashboard in Chromium: what a reader sees, hears, prints and does, on the sample and on phe-odr."""
