"""How a stack gets there: the `tap` command. Reads a project's synthesised JSON, never CDKTF itself."""
