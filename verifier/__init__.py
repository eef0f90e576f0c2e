"""Checks an exported audit trail without the service, its database or its code."""
