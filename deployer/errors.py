"""What can go wrong in `tap`, as one tree. `cli.main` turns it into exit codes and messages; nothing else does.

TapError
├── CheckFailed            exit 1: the command did its work, and the answer is no
│   ├── NotCompliant       the gate has findings
│   ├── NotRunning         the embedded AWS is not running
│   ├── NotReconciled      a file's figures do not add up
│   ├── FileStopped        a file goes no further by itself, by what AWS says of it
│   ├── NoProgress         nothing moved for long, and nothing says why
│   ├── ResourcesLeft      a cleanup ended, and something is still there
│   ├── ListingIncomplete  a listing of the account was cut, or part of it refused
│   ├── WouldLoseData      a plan would lose data
│   ├── RedriveIncomplete  dead letters could not be tried again
│   ├── PlanNotEmpty       what was just applied differs from what was asked for
│   └── Stale              a document is out of date
├── UsageError             exit 2: the command line, a setting or a file named on it
└── EnvironmentUnready     exit 3: this machine or the account is not fit, with the remedy
    ├── ToolMissing        terraform, node, uv or docker is absent or too old
    ├── PortInUse          somebody else listens where the embedded AWS should
    ├── EndpointFailed     no AWS answers at the endpoint, or stopped answering
    ├── AccountRefused     a live account that is not on the allow-list, or credentials of the wrong world
    ├── StateLocked        another deployment is at work, and did not end in time
    ├── StateMoved         the state is in a bucket that is no longer named
    ├── StateUnsaved       a state that could not be saved lies here, and can't be put in its place by itself
    ├── ForeignResource    something has the name of one of our resources
    ├── AmbiguousMatch     several things could be the one that is meant
    ├── SynthesisFailed    the stack can't be synthesised
    ├── TerraformFailed    Terraform gave up, with its own diagnostics
    │   ├── NameTaken      somebody else holds the bucket's name
    │   └── KeyRefused     a KMS key may not be used, or not yet
    ├── CodeNotTaken       a function's new code could not be brought into use
    ├── NotDeployed        there is no deployment to talk to
    └── InternalError      a defect of `tap` itself; the traceback is in a log file
"""

from deployer.visible import visible


class TapError(Exception):
    """An error a person can act on: what happened, where, and what mends it.

    Each part is a sentence or blank; `details` are lines of evidence, shown below the message.
    """

    exit_code = 3

    def __init__(self, what: str, *, where: str = "", remedy: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what, self.where, self.remedy, self.details = what, where, remedy, details

    def __str__(self) -> str:
        """All parts, each from the beginning of a line, which nothing that is quoted can take; for people."""
        lines = [self.what, *(f"  {line}" for line in self.details)]
        lines += [f"Where: {self.where}"] if self.where else []
        lines += [f"Remedy: {self.remedy}"] if self.remedy else []
        return "\n".join(visible(line).replace("\n", "\n  ") for line in lines)


class CheckFailed(TapError):  # noqa: N818 - an answer is no fault
    """The command did its work, and the answer is no."""

    exit_code = 1


class NotCompliant(CheckFailed):
    """The compliance gate has findings."""


class Stale(CheckFailed):
    """A document is out of date."""


class NotRunning(CheckFailed):
    """No embedded AWS is kept running."""


class NotReconciled(CheckFailed):
    """A file's figures do not add up."""


class FileStopped(CheckFailed):
    """A file goes no further by itself: its load failed, it is a dead letter, or its attempts are used up."""


class NoProgress(CheckFailed):
    """A file has not moved for long, and nothing says that it failed."""


class ResourcesLeft(CheckFailed):
    """A cleanup ended, and something is still there."""


class ListingIncomplete(CheckFailed):
    """A listing of the account was cut, or part of it refused: what is there is not known."""


class WouldLoseData(CheckFailed):
    """A plan would lose data: destroys or replaces what holds them, or leaves them under a key that goes."""


class RedriveIncomplete(CheckFailed):
    """Dead letters that could not be tried again."""


class PlanNotEmpty(CheckFailed):
    """What was just applied differs from what was asked for."""


class UsageError(TapError):
    """The command line, a setting or a file named on it is wrong."""

    exit_code = 2


class EnvironmentUnready(TapError):  # noqa: N818 - says what happened
    """This machine or the account is not fit."""


class ToolMissing(EnvironmentUnready):
    """A program is absent or too old."""


class PortInUse(EnvironmentUnready):
    """Somebody else listens on the port."""


class EndpointFailed(EnvironmentUnready):
    """No AWS answers at the endpoint, or it stopped answering."""


class AccountRefused(EnvironmentUnready):
    """A live account that may not be touched, or credentials of the wrong world."""


class StateLocked(EnvironmentUnready):
    """Another deployment is at work, and did not end in time."""


class StateMoved(EnvironmentUnready):
    """The state is in a bucket that the settings no longer name."""


class StateUnsaved(EnvironmentUnready):
    """A state that could not be saved lies here, and can't be put in its place by itself."""


class ForeignResource(EnvironmentUnready):
    """Something has the name of one of our resources, and is not this environment's."""


class AmbiguousMatch(EnvironmentUnready):
    """Several things could be the one that is meant."""


class SynthesisFailed(EnvironmentUnready):
    """The stack can't be synthesised."""


class TerraformFailed(EnvironmentUnready):
    """Terraform gave up."""


class NameTaken(TerraformFailed):
    """Somebody else holds the bucket's name, which is global to all of AWS."""


class KeyRefused(TerraformFailed):
    """A KMS key may not be used by who deploys, or not yet."""


class CodeNotTaken(EnvironmentUnready):
    """A function's new code could not be brought into use."""


class NotDeployed(EnvironmentUnready):
    """There is no deployment to talk to."""


class InternalError(EnvironmentUnready):
    """A defect of `tap` itself."""
