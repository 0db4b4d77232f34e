"""Drills on a demo of their own: how faults reach its twins, what is looked at besides the fleet, how a score reads."""
