"""Each measure as an executable specification: a small register in, the exact figures out, worked by hand."""
