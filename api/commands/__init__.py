"""The commands of `mabar`, one file per subject."""
