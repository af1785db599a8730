"""What the policies of `tap policy` grant, one by one, and why what their proof does not see called is granted."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from deployer.iam.policy import Document

Row = tuple[str, str, str]
BESIDE = "AWS asks for it beside the call that needs it, the embedded AWS does not"
CHANGED = "Terraform calls it where a later version of the stack changes that argument"
PROTECTED = "a bucket's own policy may keep it from being removed; it is lifted first"
RARE = "the way of a failure, or of what somebody changed by hand, which this proof does not cause"
# What is granted and not called here: policy, action, reason. The first that matches.
JUSTIFIED = (
    ("deploy-*", "kms:CreateGrant", BESIDE),
    ("deploy-*", "kms:Encrypt", BESIDE),
    ("deploy-*", "kms:Decrypt", BESIDE),
    ("deploy-*", "logs:AssociateKmsKey", BESIDE),
    ("deploy-*", "kms:*Alias", BESIDE),
    ("deploy-*", "*:Tag*", BESIDE),
    ("deploy-*", "*:Untag*", CHANGED),
    ("deploy-*", "apigateway:PUT", CHANGED),
    ("deploy-*", "apigateway:PATCH", CHANGED),
    ("deploy-*", "*:Update*", CHANGED),
    ("deploy-*", "apigateway:GET", "`tap doctor` asks a live account whether API Gateway may write logs"),
    ("deploy-*", "kms:PutKeyPolicy", CHANGED),
    ("deploy-*", "sqs:SetQueueAttributes", CHANGED),
    ("deploy-*", "iam:DetachRolePolicy", RARE),
    ("deploy-*", "states:StopExecution", RARE),
    ("deploy-*", "s3:AbortMultipartUpload", RARE),
    ("deploy-*", "s3:DeleteObject", RARE),
    ("cleanup-*", "apigateway:GET", "the action that lists the APIs, beside the one that removes them"),
    ("cleanup-*", "iam:DetachRolePolicy", RARE),
    ("cleanup-*", "states:StopExecution", RARE),
    ("cleanup-*", "s3:AbortMultipartUpload", RARE),
    ("cleanup-*", "s3:DeleteObject", RARE),
    ("cleanup-*", "kms:*Alias", BESIDE),
    ("cleanup-*", "s3:*BucketPolicy", PROTECTED),
    ("bootstrap", "s3:Put*", "the embedded AWS makes a bucket that is encrypted and closed from the beginning, as AWS"),
)


def grants_in(documents: Mapping[str, Document]) -> Iterator[tuple[str, str, list[str]]]:
    """Policy, action and resources of all that is allowed."""
    for kind, document in documents.items():
        for statement in (one for one in document["Statement"] if one["Effect"] == "Allow"):
            for action in statement["Action"]:
                yield kind, action, statement["Resource"]


def reason_for(kind: str, action: str) -> str:
    """Why it is granted though nobody called it; blank: for nothing."""
    row = _row(kind, action)
    return row[2] if row else ""


def needless(uncalled: Iterable[tuple[str, str]]) -> list[Row]:
    """Reasons for what was called, each time: they would hide that it no longer is."""
    used = {_row(kind, action) for kind, action in uncalled}
    return [row for row in JUSTIFIED if row not in used and row[2] != RARE]


def _row(kind: str, action: str) -> Row | None:
    return next((row for row in JUSTIFIED if fnmatchcase(kind, row[0]) and fnmatchcase(action, row[1])), None)
