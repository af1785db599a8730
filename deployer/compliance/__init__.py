"""Judges Terraform before it ships: `scan` is the one gate behind the policy tests, `tap comply` and `tap deploy`.

`regions`, `templates` and `policies` are also imported by our rules within Checkov's own environment: they stay free of
dependencies, and of anything that only Tap's environment has.
"""
