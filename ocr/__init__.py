"""Reads the machine-readable zone of travel documents."""
