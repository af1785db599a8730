"""Least-privilege IAM policies for those who deploy: `tap policy`."""
