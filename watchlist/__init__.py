"""Watchlists: names that can be compared, evidence that can be read, an index that can be swapped."""
