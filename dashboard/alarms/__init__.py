"""Alarms as people see and handle them."""
