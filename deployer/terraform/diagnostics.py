"""What Terraform says went wrong, turned into an error a person can act on. Used by deployer/terraform/cli.py."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from deployer.aws_errors import BUCKET_NOT_EMPTY
from deployer.errors import KeyRefused, NameTaken, TerraformFailed

_DETAILS_SHOWN = 12
_LINE_LENGTH = 400
_PLAIN_ERROR = re.compile(r"(?m)^.{0,2}Error: (?P<summary>.+)$")
_FRAME = re.compile(r"(?m)^[╷│╵] ?")
_PAINT = re.compile(r"\x1b\[[\d;]*m")  # of `output` and `state`, which paint their errors for a pipe too

_KEY_REFUSED = re.compile(r"not authorized to perform: kms:\w+ on resource: arn:[\w-]+:kms:[\w-]+:\d+:key/")
# What to do about what Terraform commonly says; the first that is found in the text holds.
_REMEDIES = (
    (
        # https://developer.hashicorp.com/terraform/language/files/dependency-lock#checksum-verification
        r"does(n't| not)\s+match\s+any\s+of\s+the\s+checksums|Provider dependency changes detected",
        "this is not the provider that HashiCorp published, by the hashes in the stack's .terraform.lock.hcl: if "
        "TAP_PROVIDER_MIRROR or another mirror brought it (`tap doctor` names it), fill that anew with "
        "`terraform providers mirror FOLDER`; else remove the folder .terraform of the working folder",
    ),
    (
        r"Failed to query available provider packages|could not connect to registry|Failed to install provider",
        "no registry is in reach: name a folder that holds the providers with TAP_PROVIDER_MIRROR "
        "(`tap doctor` says which one is used)",
    ),
    (
        r"no space left on device|disk quota exceeded",
        "make room on the disk, then `tap deploy` again: it goes on from the last whole state",
    ),
    (r"ExpiredToken|InvalidClientTokenId|token .* expired", "sign in again: the AWS credentials have expired"),
    # The lock's heading stands over any failure of its call, and an answer to HEAD says `Forbidden` alone:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    (
        r"AccessDenied|UnauthorizedOperation|not authorized|api error Forbidden",
        "the credentials lack a permission for the call that the message names",
    ),
    (
        r"state lock|PreconditionFailed.*\.tflock",
        "another deployment holds the lock: wait for it to end, then try again",
    ),
    (
        r'S3 bucket "[^"]+" does not exist',
        "`tap bootstrap` creates the bucket of the state; `tap doctor` says what else it lacks",
    ),
    (r"Saved plan is stale", "another deployment changed the state since the plan: `tap deploy` plans anew"),
    (
        BUCKET_NOT_EMPTY,
        "the bucket holds files, which are never thrown away along with the stack: empty it first "
        "(on the embedded AWS, `tap local stop` ends everything)",
    ),
    (
        r"CloudWatch Logs role ARN must be set",
        "API Gateway needs a role for its logs, once for an account and region: docs/deploying.md, step 2",
    ),
    (
        # https://developer.hashicorp.com/terraform/language/backend/s3#skip_region_validation
        r"(?i)invalid (?:aws )?region",
        "this Terraform, or its provider, does not know the region: a newer Terraform may; or choose another region "
        "with --region, and for the state's bucket with TERRAFORM_STATE_BUCKET_REGION",
    ),
    (r"connection refused|no such host|i/o timeout|EOF", "the endpoint stopped answering: check it with `tap doctor`"),
    (
        r"already exists|AlreadyExists|ResourceInUse|\.Duplicate\b",
        "something of that name is there already, and not in the state: remove it, or take another name with --suffix; "
        "if it is this environment's, take it into the state with an import block "
        "(https://developer.hashicorp.com/terraform/language/import)",
    ),
)


@dataclass(frozen=True)
class Diagnostic:
    """One error of Terraform: `address` is the resource's, blank where none is meant."""

    summary: str
    detail: str = ""
    address: str = ""

    @classmethod
    def of(cls, event: dict[str, Any]) -> Self:
        """From an event of Terraform's JSON stream, of type `diagnostic`."""
        told = event["diagnostic"]
        return cls(told.get("summary", ""), told.get("detail", ""), told.get("address", ""))

    def __str__(self) -> str:
        text = " ".join(f"{self.summary}. {self.detail}".split()).rstrip(". ")
        return f"{self.address}: {text}"[:_LINE_LENGTH] if self.address else text[:_LINE_LENGTH]


def errors_in(output: str) -> list[Diagnostic]:
    """The errors in what a Terraform command printed, as JSON lines or, as `init` and a crash do, as plain text."""
    found, plain = [], []
    for line in output.splitlines():
        event = event_of(line)
        if event is None:
            plain.append(line)
        elif event.get("type") == "diagnostic" and event["diagnostic"].get("severity") == "error":
            found.append(Diagnostic.of(event))
    return found + _plain_errors("\n".join(plain))


def event_of(line: str) -> dict[str, Any] | None:
    """One line of the JSON stream, or None for anything else."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _plain_errors(text: str) -> list[Diagnostic]:
    text = _FRAME.sub("", _PAINT.sub("", text))
    starts = list(_PLAIN_ERROR.finditer(text))
    ends = [*(match.start() for match in starts[1:]), len(text)][: len(starts)]
    return [
        Diagnostic(match["summary"].strip(), text[match.end() : end].strip())
        for match, end in zip(starts, ends, strict=True)
    ]


def failure(doing: str, diagnostics: Iterable[Diagnostic], log: str) -> TerraformFailed:
    """The error for a Terraform that gave up while `doing` something; `log` is where all of its output is."""
    told = list(diagnostics)
    text = "\n".join(f"{one.summary} {one.detail}" for one in told)
    details = tuple(str(one) for one in told[:_DETAILS_SHOWN])
    if re.search(r"BucketAlreadyExists\b", text):
        return NameTaken(
            "the bucket name is taken: bucket names are global, and another account owns this one",
            where=log,
            remedy="choose another one, or another --suffix that ends it",
            details=details,
        )
    if _KEY_REFUSED.search(text):
        return KeyRefused(
            "access to a KMS key was denied",
            where=log,
            remedy="grant the permission that the message names; `tap policy` prints what a deployment needs",
            details=details,
        )
    remedy = next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, text)), "see the log")
    return TerraformFailed(f"Terraform gave up at `{doing}`", where=log, remedy=remedy, details=details)
