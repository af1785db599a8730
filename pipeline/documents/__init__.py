"""Documents that are made from the repository, so that they can't drift from it."""
