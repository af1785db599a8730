"""What a function or a workflow may set off, by what its role allows. Imported by rules."""

import re
from collections.abc import Iterator

from deployer.compliance.rule_api.grants import gives, grants
from deployer.compliance.rule_api.names import Resource, known_as, named, pattern, resources
from deployer.compliance.rule_api.patterns import is_within, meet
from deployer.compliance.rule_api.rule import Block, once_a_document
from deployer.compliance.rule_api.triggers import LOG_GROUP, RUN, WRITES, Trigger, own_group, triggers
from deployer.policy_documents import Statement

_EXPRESSION = re.compile(r"\$\{[^}]*\}")
_SERVICE = re.compile(r"arn:[^:]*:([^:]*):")
_ROLE = {"aws_lambda_function": "role", "aws_sfn_state_machine": "role_arn"}


@once_a_document
def sets_off(block: Block, source: Resource) -> list[tuple[Resource, Trigger]]:
    """The triggers that what was started may set off next, and who does: itself, or what it may start in its turn."""
    running = list(_all_started(block, source))
    found = [(source, one) for one in triggers(block) if one.source is source]
    for one in triggers(block):
        by = next((each for each in running if may_set_off(block, each, one)), None)
        found += [(by, one)] if by else []
    return found


def may_set_off(block: Block, runner: Resource, trigger: Trigger) -> bool:
    """Whether the role of `runner` allows a call that sets the trigger off, and nothing denies it."""
    if trigger.source.type == LOG_GROUP:  # a function logs to its own, whatever others its role allows
        return trigger.source.values.get("name") in own_group(runner)
    for action in trigger.actions:
        allowed, denied = _patterns(block, runner, action, trigger.source.type)
        if any(_reaches(what, trigger) for what in allowed) and not _is_denied(denied, trigger):
            return True
    return False


@once_a_document
def _patterns(block: Block, runner: Resource, action: str, kind: str) -> tuple[list[str], list[str]]:
    """The patterns of resources on which its role is allowed an action, and of those where it is denied in any case."""
    about = [one for one in _statements(block, runner) if gives(one, action)]
    allowed = [what for one in about if one.allows for what in _resources(block, one, action, kind)]
    denied = [what for one in about if not (one.allows or one.conditions or one.not_resources)
              for what in _resources(block, one, action, kind)]  # fmt: skip
    return allowed, denied


def _resources(block: Block, statement: Statement, action: str, kind: str) -> Iterator[str]:
    if statement.not_resources or not kind:  # a call that is told by its name alone, or all resources but some
        yield "*"
    for text in statement.written:
        told = _SERVICE.match(text)
        if told is None or "${" in told[1] or meet(told[1], action.partition(":")[0]):
            yield pattern(block, text, kind)


def _all_started(block: Block, source: Resource) -> Iterator[Resource]:
    """What runs, and what that may start."""
    found, waiting = set[Resource](), [source] if source.type in RUN else []
    while waiting:
        runner = waiting.pop()
        found.add(runner)
        waiting += [one for one in _startable(block, runner) if one not in found]
    yield from found


@once_a_document
def _startable(block: Block, runner: Resource) -> list[Resource]:
    runs = [Trigger("", one, one, WRITES[kind]) for kind in RUN for one in resources(block).get(kind, ())]
    return [one.target for one in runs if may_set_off(block, runner, one)]


@once_a_document
def _statements(block: Block, runner: Resource) -> list[Statement]:
    role = runner.values.get(_ROLE[runner.type])
    found = named(block, role, "aws_iam_role")
    return [one.statement for one in grants(block).get(found.address if found else f"role {role}", ())]


def _reaches(what: str, trigger: Trigger) -> bool:
    return any(meet(what, one) for alike in _objects(trigger) for one in alike)


def _is_denied(patterns: list[str], trigger: Trigger) -> bool:
    """Whether all that sets the trigger off is denied."""
    return bool(patterns) and any(
        all(any(_may_be_within(one, what) for what in patterns) for one in alike) for alike in _objects(trigger)
    )


def _may_be_within(one: str, what: str) -> bool:
    """A key that is not known yet may be among those that are denied: another eye knows."""
    return is_within(one, what) or ("${" in one and meet(_EXPRESSION.sub("*", one), what))


def _objects(trigger: Trigger) -> list[list[str]]:
    """What sets it off, by each of the names of its source."""
    return [[f"{name}/{key}" for key in trigger.keys] if trigger.keys else [name]
            for name in sorted(known_as(trigger.source))]  # fmt: skip
