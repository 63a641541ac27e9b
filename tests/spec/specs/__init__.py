"""The definition of each measure and its worked examples: one module a measure, read by the tests and the docs."""
