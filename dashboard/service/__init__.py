"""Service of mowers as people see it."""
