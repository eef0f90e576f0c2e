"""Watchlists: sources, names, matching, index."""
