"""The chapter on files in the report of a run."""
