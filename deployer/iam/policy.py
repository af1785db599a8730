"""`tap policy`: IAM policies for who works with an environment, made of what the synthesised stack consists of.

Names and ARNs are the stack's, actions those of deployer/iam/permissions.py. What has no name before it exists (a
key, an API) is held to the environment's tags. Beside them: deployer/iam/roles.py.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from deployer.errors import SynthesisFailed
from deployer.iam import permissions
from deployer.iam.permissions import CLEANING, CONDITIONS, DEPLOYING, PASSED, TAGS, Ask
from deployer.identity import templated
from deployer.project import SUFFIX
from deployer.resources.configuration import Configuration
from deployer.resources.inventory import is_supported
from deployer.resources.resource_types import RESOURCE_TYPES
from deployer.settings import Settings

# Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_LIMIT = 6144
NIGHTLY = "it-*"  # the suffixes of test sessions: deployer/pytest_plugin
# Those of pull requests, `pr` and a number, which a pattern of IAM can't say: `pr*` would be `prod` too.
PULL_REQUESTS = tuple(f"pr{digit}*" for digit in range(1, 10))
ACCOUNT = "ACCOUNT_ID"  # stands in the ARNs where nobody said which account
REPOSITORY = "OWNER/REPO"  # stands in the trust where nobody said which repository
NIGHTLY_WORK = "nightly"
Document = dict[str, Any]
Clients = Mapping[str, tuple[Ask, ...]]
NONE: Clients = {}
Granted = tuple[list[str], list[str], Mapping[str, Any]]  # actions, resources, condition
_PLACE = re.compile(r"\{(aws_\w+)\}")


@dataclass(frozen=True)
class Scope:
    """What the policies are for: one environment of a stack, or those whose suffixes a pattern matches.

    Args:
        configuration: the synthesised stack, in the environment `suffix`.
        patterns: what stands in the suffix's place in the policies, each in turn.
        boundary: the ARN of the policy that every role of the stack must have as its boundary; blank: none.
        repository: as it stands in the subject of GitHub's tokens.
        clients: what who works with the deployed stack asks of AWS, by the policy's name; `nightly` is for its tests.
    """

    configuration: Configuration
    partition: str
    region: str
    account: str
    suffix: str
    patterns: tuple[str, ...]
    state_bucket: str = ""
    state_key: str = ""  # of an environment's state, without its ending and with `{suffix}` in the suffix's place
    boundary: str = ""
    repository: str = REPOSITORY
    clients: Clients = field(default_factory=dict)

    @classmethod
    def of(
        cls, configuration: Configuration, settings: Settings, *, partition: str, account: str, clients: Clients = NONE
    ) -> "Scope":
        """That of the environment that the settings name."""
        suffix, backend = settings.environment_suffix, configuration.backend
        return cls(
            configuration, partition, settings.aws_region, account, suffix, (suffix,), backend.get("bucket", ""),
            templated(backend.get("key", "").removesuffix(".tfstate"), suffix), _boundary(configuration),
            clients=clients,
        )  # fmt: skip


def _boundary(configuration: Configuration) -> str:
    """That of the stack's roles; blank where they have none. Raises SynthesisFailed where they have several."""
    found = {one.argument("permissions_boundary") for one in configuration.of_type("aws_iam_role")} - {None}
    if len(found) > 1 or not all(isinstance(one, str) for one in found):
        raise SynthesisFailed(
            "no policy can be made: the stack's roles have several permissions boundaries",
            where="the stack",
            remedy="give all of them the same one",
        )
    return str(next(iter(found), ""))


def policies(scope: Scope) -> dict[str, Document]:
    """The policies by name: `deploy-1` and on, those of the clients, and `bootstrap` where there is a state bucket.

    Each is below the limit of a managed policy. Who deploys gets all of `deploy`.
    """
    state = bool(scope.state_bucket)
    deploying = [*_deploying(scope), *(permissions.STATE if state else ())]
    reading = permissions.READ_STATE if state else ()  # for the outputs
    clients = {name: document(statements(scope, [*asks, *reading])) for name, asks in _clients(scope)}
    found = {
        **_numbered("deploy", [*statements(scope, deploying), *_forbidden(scope)]),
        **clients,
    }
    return {**found, "bootstrap": document(statements(scope, permissions.BOOTSTRAP))} if state else found


def _clients(scope: Scope) -> Iterator[tuple[str, tuple[Ask, ...]]]:
    return ((name, asks) for name, asks in scope.clients.items() if name != NIGHTLY_WORK)


def nightly_policies(scope: Scope) -> dict[str, Document]:
    """Those of a night's tests on a live account: they deploy, work with it, remove all, and what earlier nights left.

    Their suffixes are their own, and their state goes with the run.
    """
    night = of_night(scope)
    used = [ask for asks in scope.clients.values() for ask in asks]
    asks = [*_deploying(night), *used, *permissions.EXPIRED]
    return _numbered("nightly", [*statements(night, asks), *_forbidden(night)])


def cleanup_policies(scope: Scope) -> dict[str, Document]:
    """Those of who removes the environments of pull requests, and can make nothing, a role least of all."""
    going = replace(scope, patterns=PULL_REQUESTS, boundary="")
    state = permissions.CLEANED_STATE if scope.state_bucket else ()
    return _numbered("cleanup", statements(going, [*_cleaning(going), *state]))


def of_night(scope: Scope) -> Scope:
    """The environments of test sessions, whose state goes with them."""
    return replace(scope, patterns=(NIGHTLY,), state_bucket="")


def statements(scope: Scope, asks: Iterable[Ask], effect: str = "Allow") -> list[Document]:
    """What is asked for, allowed or denied."""
    found = (
        ([f"{ask.service}:{action}" for action in ask.actions], resources, condition)
        for ask in asks
        for resources, condition in _held(scope, ask)
    )
    return merged(found, effect)


def merged(found: Iterable[Granted], effect: str = "Allow") -> list[Document]:
    """One statement for all actions on the same resources under the same condition, in a stable order."""
    together: dict[tuple[tuple[str, ...], str], set[str]] = {}
    for actions, resources, condition in found:
        key = (tuple(sorted(_widest(resources))), json.dumps(condition, sort_keys=True))
        together.setdefault(key, set()).update(actions)
    return [
        {
            "Effect": effect, "Action": sorted(actions), "Resource": list(resources),
            **({"Condition": json.loads(condition)} if condition != "{}" else {}),
        }
        for (resources, condition), actions in sorted(together.items())
    ]  # fmt: skip


def document(found: list[Document]) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": found}


def size(document: Document) -> int:
    """In the characters that IAM counts."""
    return len(re.sub(r"\s", "", json.dumps(document)))


def _widest(resources: Iterable[str]) -> set[str]:
    """Without those that another one's pattern means too."""
    distinct = set(resources)
    return {one for one in distinct if not any(other != one and fnmatchcase(one, other) for other in distinct)}


def _types(scope: Scope) -> list[str]:
    """The stack's types of AWS. Raises SynthesisFailed where the actions of one are not known."""
    types = sorted({one.type for one in scope.configuration.wanted.values() if one.type.startswith("aws_")})
    if unknown := [type_ for type_ in types if type_ not in DEPLOYING]:
        raise SynthesisFailed(
            f"no policy can be made: the actions that {', '.join(unknown)} need are not known",
            where="the stack",
            remedy="give each a row in DEPLOYING in deployer/iam/permissions.py, with the actions that "
            "https://docs.aws.amazon.com/service-authorization/latest/reference/ lists; or write the policy by hand",
        )
    return types


def _deploying(scope: Scope) -> Iterator[Ask]:
    for type_ in _types(scope):
        yield from DEPLOYING[type_]
    yield from _unsupported(scope)
    if scope.boundary:
        yield from permissions.BOUNDING


def _forbidden(scope: Scope) -> list[Document]:
    return statements(scope, permissions.FORBIDDEN, "Deny") if scope.boundary else []


def _cleaning(scope: Scope) -> Iterator[Ask]:
    """What is in an API goes with it."""
    for type_ in _types(scope):
        if type_ in RESOURCE_TYPES or not type_.startswith("aws_api_gateway_"):
            for ask in DEPLOYING[type_]:
                if actions := tuple(one for one in ask.actions if f"{ask.service}:{one}" in CLEANING):
                    yield replace(ask, actions=actions)
    yield from _unsupported(scope)


def _unsupported(scope: Scope) -> tuple[Ask, ...]:
    """Of types without a row a cleanup asks AWS; what else they need to go is in their row of DEPLOYING."""
    return () if all(is_supported(type_) for type_ in _types(scope)) else permissions.UNSUPPORTED


def _held(scope: Scope, ask: Ask) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """The resources of an ask, each set with the condition that holds it."""
    if ask.held != PASSED:
        bounds = ask.held == "bounded" and not scope.boundary
        yield [arn for on in ask.on for arn in _arns(scope, on)], {} if bounds else _filled(scope, CONDITIONS[ask.held])
        return
    for service, roles in sorted(_trusting(scope).items()):
        arns = [arn for on in ask.on for role in roles for arn in _arns(scope, on.replace("{aws_iam_role}", role))]
        yield arns, {"StringEquals": {"iam:PassedToService": service}}


def _arns(scope: Scope, on: str) -> Iterator[str]:
    """`on` for each name that it stands for, in the environments of each pattern."""
    if on in ("*", "{boundary}"):
        yield scope.boundary if on == "{boundary}" else on
        return
    types = _PLACE.findall(on)
    for pattern in scope.patterns:
        for names in product(*(_names(scope, type_, pattern) for type_ in types)):
            told = on
            for type_, name in zip(types, names, strict=True):
                told = told.replace(f"{{{type_}}}", name)
            yield f"arn:{scope.partition}:{_put(scope, told, pattern)}"


def _names(scope: Scope, type_: str, pattern: str) -> list[str]:
    """The names that the stack gives the resources of a type."""
    found = {str(one.argument(RESOURCE_TYPES[type_].named)) for one in scope.configuration.of_type(type_)}
    return sorted(_named(scope, name, pattern) for name in found)


def _named(scope: Scope, name: str, pattern: str) -> str:
    """A name as the pattern has it: the suffix ends it, or stands before a word of the resource's own."""
    return templated(name, scope.suffix).replace(SUFFIX, pattern)


def _trusting(scope: Scope) -> dict[str, list[str]]:
    """The names of the stack's roles by the service that may assume them."""
    found: dict[str, list[str]] = {}
    for role in scope.configuration.of_type("aws_iam_role"):
        (trusted,) = json.loads(role.arguments["assume_role_policy"])["Statement"]
        names = [_named(scope, str(role.argument("name")), pattern) for pattern in scope.patterns]
        found.setdefault(trusted["Principal"]["Service"], []).extend(names)
    return found


def _filled(scope: Scope, node: Any) -> Any:
    """A condition with its values: one for each pattern where it names the environment."""
    if isinstance(node, Mapping):
        return dict(pair for key, value in node.items() for pair in _entries(scope, key, value))
    values = list(dict.fromkeys(_put(scope, node, pattern) for pattern in scope.patterns))
    return values if len(values) > 1 else values[0]


def _entries(scope: Scope, key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A key of a condition with its value; one for each tag that says whose a resource is."""
    if value != TAGS:
        yield key, _filled(scope, value)
        return
    for name, told in scope.configuration.tags.items():
        values = list(dict.fromkeys(told.replace(SUFFIX, pattern) for pattern in scope.patterns))
        yield f"{key}/{name}", values if len(values) > 1 else values[0]


def _put(scope: Scope, text: str, pattern: str) -> str:
    return text.format(
        region=scope.region, account=scope.account, state_bucket=scope.state_bucket,
        state_key=scope.state_key.replace(SUFFIX, pattern), boundary=scope.boundary,
    )  # fmt: skip


def _fitting(statement: Document) -> Iterator[Document]:
    """The statement, in as many parts as it takes for one to fit into a document."""
    resources = statement["Resource"]
    if size(document([statement])) <= MANAGED_LIMIT or len(resources) == 1:
        yield statement
        return
    half = len(resources) // 2
    for part in (resources[:half], resources[half:]):
        yield from _fitting({**statement, "Resource": part})


def _numbered(name: str, found: list[Document]) -> dict[str, Document]:
    """As many documents as it takes, each below the limit."""
    parts: list[list[Document]] = [[]]
    for statement in (part for one in found for part in _fitting(one)):
        if parts[-1] and size(document([*parts[-1], statement])) > MANAGED_LIMIT:
            parts.append([])
        parts[-1].append(statement)
    return {f"{name}-{number}": document(part) for number, part in enumerate(parts, 1)}
