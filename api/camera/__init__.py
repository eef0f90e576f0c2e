"""A checkpoint camera: what it sees becomes movements, which reach the service once each."""
