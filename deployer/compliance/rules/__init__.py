"""The Checkov rules that any Terraform is judged by, one a file; Checkov imports each, and nothing else calls them.

Checkov takes a folder without this file for one without rules.
"""
