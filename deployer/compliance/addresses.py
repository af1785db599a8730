"""Terraform addresses. Called wherever the two eyes are compared."""


def without_keys(address: str) -> str:
    """An address without `[0]` and `["a"]`."""
    plain, depth = "", 0
    for char in address:
        depth += (char == "[") - (char == "]")
        plain += char if not depth and char != "]" else ""
    return plain
