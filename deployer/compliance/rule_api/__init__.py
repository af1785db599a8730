"""What rules are written with, ours and those of a project: `rule` has `Rule`, `Block` and `Offence`.

Imports Checkov, so only Checkov's environment can import it.
"""
