"""Terraform: its command line, plans, providers, diagnostics, and where its state lies."""
