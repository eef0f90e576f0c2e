"""One reader a module, each served to `bench.readers` by a process of its own."""
