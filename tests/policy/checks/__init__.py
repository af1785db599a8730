"""The Checkov rules of this project, one a file: what is particular to how this stack is built.

Those that any Terraform is judged by are in deployer/compliance/rules/.
"""
