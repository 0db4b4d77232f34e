"""Notices on their way to people: words, links, the parts put together."""
