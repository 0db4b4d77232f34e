"""Billing put together, served and shown."""
