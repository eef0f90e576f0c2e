"""The use cases of a border post and of the centre."""
