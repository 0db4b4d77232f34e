"""The path rule: corridors for a mower that keep off every road."""
