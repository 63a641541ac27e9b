"""Commands that have a module of their own: each adds itself to the parser with `add_to`."""
