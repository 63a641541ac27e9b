"""`python -m dashboard` is the same command as `access-review`."""

from dashboard.cli import main


if __name__ == "__main__":
    raise SystemExit(main())
