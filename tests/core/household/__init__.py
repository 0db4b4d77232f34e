"""Tests of what households ask."""
