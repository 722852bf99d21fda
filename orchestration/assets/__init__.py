"""Assets, one module a room of the line."""
