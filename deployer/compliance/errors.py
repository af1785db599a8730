"""What ends a scan without an answer. All are of the tree in deployer/errors.py, which decides the exit codes."""

from deployer.errors import EnvironmentUnready, UsageError


class NotTerraform(UsageError):  # noqa: N818 - of a file
    """What is to be judged is no Terraform that can be read: exit 2."""


class CouldNotJudge(EnvironmentUnready):
    """The gate itself did not do its work; whatever it would say is worth nothing: exit 3."""


class UnknownRule(UsageError):  # noqa: N818 - of an option
    """A rule was asked for that nobody has: exit 2."""
