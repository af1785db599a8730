"""The columns of the files that are loaded, as the schema that the functions carry has them. Used by `store`."""

from pathlib import Path

from stack.errors import StackError
from transactions.errors import SchemaError
from transactions.schema import ROLES, SHIPPED, Schema, load


def columns(path: Path = SHIPPED) -> Schema:
    """The schema of the files, with the roles that the table's keys are made of.

    Raises:
        StackError: it is wrong, or lacks a role; with the field and the reason. What is refused here never deploys.
    """
    try:
        schema = load(path)
        for role in ROLES:
            schema.role(role)
    except SchemaError as error:
        raise StackError(f"{path}:\n{error}") from error
    return schema
