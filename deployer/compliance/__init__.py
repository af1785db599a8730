"""Judges Terraform before it ships: `scan` is the one gate behind the policy tests, `tap comply` and `tap deploy`.

`rules` and `rule_api` run within Checkov's own environment. `regions`, `templates`, `planned` and `policies` are
imported on both sides: they stay free of dependencies, and of anything that only Tap's environment has.
"""
