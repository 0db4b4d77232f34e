"""One folder per outside system: the real adapter, its pure mapping, and its simulated twin."""
