"""HOW the stack gets there: the `tap` command. Reads the synthesised JSON and `Outputs`, never CDKTF itself."""
