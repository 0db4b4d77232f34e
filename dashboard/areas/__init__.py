"""Areas at the doors: which addresses know of them, and what they may name."""
