"""Tap's own Checkov rules, one a file; Checkov imports each, and nothing else calls them.

Checkov takes a folder without this file for one without rules. `tap_rules/` has none on purpose: it holds what the
rules share, and Checkov is not to take that for rules.
"""
