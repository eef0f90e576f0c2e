"""List formats: each module turns one published format into a stream of entries."""
