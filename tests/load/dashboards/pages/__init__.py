"""The reference page (3 headline numbers, 4 charts, a table of every row, 3 filters) as each framework teaches it."""
