"""A deployment from synthesis to verified apply, and the way back: one module for each stage or command."""
