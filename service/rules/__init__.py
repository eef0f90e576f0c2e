"""The irregular-movement rules: pure functions from a case to findings."""
