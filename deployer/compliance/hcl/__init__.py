"""Reads Terraform without Terraform: HCL and Terraform JSON as one tree, evaluated as far as the files tell.

Called when a subject is read (deployer/compliance/configurations.py). No provider, no network, no state: what only AWS
or a person at the prompt knows stays an expression, `${...}`, in the result.
"""
