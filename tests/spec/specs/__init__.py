"""The definition of each measure and its worked examples, read by the tests and by docs/definitions.md."""
