"""Measuring: against the field, on made-up documents, and with hostile data."""
