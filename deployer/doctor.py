"""`tap doctor`: is this machine fit for the target, and what mends it. Changes nothing."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.deploy.synthesis import stack_folder, variables
from deployer.deploy.working_directory import s3_backend
from deployer.errors import EnvironmentUnready, TapError, ToolMissing
from deployer.paths import Paths
from deployer.process import environments, tools
from deployer.project import Project
from deployer.resources import confirmations
from deployer.resources.configuration import SUBSCRIPTION, configuration_in
from deployer.settings import Settings, SettingsError
from deployer.stack_file import stack_document
from deployer.targets import connect, embedded, localstack, provider_operations, provider_regions
from deployer.targets.ministack_server import functions
from deployer.targets.targets import Target
from deployer.terraform import provider_mirror, state_bucket

PROVIDERS = {
    f"{provider_mirror.REGISTRY}/hashicorp/aws": provider_regions.PROVIDER
}  # what the stack's bindings are generated for
_API_STAGE = "aws_api_gateway_stage"
# The last day of security updates: https://nodejs.org/en/about/previous-releases; odd ones end within a year
_NODE_ENDS = {
    18: date(2025, 4, 30), 19: date(2023, 6, 1), 20: date(2026, 4, 30), 21: date(2024, 6, 1), 22: date(2027, 4, 30),
    23: date(2025, 6, 1), 24: date(2028, 4, 30), 25: date(2026, 6, 1), 26: date(2029, 4, 30),
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One finding. `needed` is whether the target can't do without; a remedy is there when it is not fine."""

    name: str
    fine: bool
    told: str
    remedy: str = ""
    needed: bool = True


def examined(settings: Settings, paths: Paths) -> list[Check]:
    """Every check for this target; without a region, those that need none.

    Args:
        settings: as `Settings.unchecked` has them.
    """
    with suppress(SettingsError):
        settings = settings.checked()
    checks: list[tuple[str, Callable[[], str]]] = [
        ("providers", lambda: _providers(settings)),
        ("uv", _uv),
        ("region", lambda: _region(settings)),
    ]
    found = [_tool("terraform", paths), _node(paths)]
    found += [_checked(name, check) for name, check in checks]
    found += [_environment(name, paths, needed=name == settings.target) for name in ("embedded", "policy")]
    found += _variables(settings, Project.at(paths.root))
    found += [_sandbox()] if settings.target == "embedded" else []
    found.append(_checked("endpoint", lambda: _endpoint(settings, paths)))
    if found[-1].fine:
        found += [_checked("operations", lambda: _operations(settings))] if settings.target == "localstack" else []
        found += _state(settings, paths)
        if settings.target == "aws" and _has(_API_STAGE, settings, paths):
            found.append(_checked("api logs", lambda: api_logs(connect.live(settings))))
        if _has(SUBSCRIPTION, settings, paths):
            found.append(_confirmations(settings, paths))
    answers = any(one.name == "endpoint" and one.fine for one in found)
    found.append(_docker(needed=settings.target == "localstack" and not answers))
    return found


def fit(checks: list[Check]) -> bool:
    """Whether everything needed is fine."""
    return all(check.fine or not check.needed for check in checks)


def to_json(settings: Settings, checks: list[Check]) -> dict[str, Any]:
    """As `tap doctor --json` prints it."""
    return {"target": settings.target, "fit": fit(checks), "checks": [asdict(check) for check in checks]}


def _checked(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except TapError as error:
        return Check(name, False, error.what, error.remedy)


def _tool(name: str, paths: Paths) -> Check:
    """Which one is used. One that is not there yet, and whose package fits this machine, is no fault."""
    if found := tools.find(name, paths):
        return Check(name, True, str(found))
    try:
        return Check(name, True, tools.announced(name, paths))
    except ToolMissing as error:
        return Check(name, False, error.what, error.remedy)


def _node(paths: Paths) -> Check:
    found = tools.find("node", paths)
    return _tool("node", paths) if found is None else node(found, datetime.now(UTC).date())


def node(found: tools.Found, today: date) -> Check:
    """Whether a Node is still mended.

    One that is out of support works, so it keeps nobody from deploying; it is no longer fine.
    """
    remedy = f"install Node.js {_kept(today)} or later: https://nodejs.org"
    if (ended := _NODE_ENDS.get(found.version[0], date.max)) < today:
        return Check("node", False, f"{found} works, and gets no security updates since {ended}", remedy, needed=False)
    return Check("node", True, str(found))


def _kept(today: date) -> int:
    """The oldest long-term release that is mended for another half a year."""
    kept = [major for major, end in _NODE_ENDS.items() if major % 2 == 0 and end > today + timedelta(days=180)]
    return min(kept, default=max(_NODE_ENDS))


def _providers(settings: Settings) -> str:
    source = provider_mirror.provider_source(settings.provider_mirror, PROVIDERS, os.environ)
    if source.kind == "registry" and not provider_mirror.registry_reachable():
        raise EnvironmentUnready(
            f"no provider mirror was found, and {source.where} is not in reach",
            remedy="name a folder in the filesystem-mirror layout with TAP_PROVIDER_MIRROR",
        )
    how = {
        "setting": "TAP_PROVIDER_MIRROR", "terraform": "Terraform's own CLI configuration",
        "implied": "a directory where Terraform looks by itself", "found": "a mirror found on this machine",
        "registry": "the registry",
    }[source.kind]  # fmt: skip
    return f"{how}: {source.where}"


def _region(settings: Settings) -> str:
    if not settings.aws_region:
        raise EnvironmentUnready("none is chosen, and a live account needs one", remedy="set AWS_REGION or --region")
    provider_regions.require_known(settings.aws_region)
    return settings.aws_region


def _uv() -> str:
    import uv

    try:
        return str(uv.find_uv_bin())
    except FileNotFoundError as error:
        raise EnvironmentUnready("uv is not in this environment", remedy="`make setup`") from error


def _environment(name: str, paths: Paths, *, needed: bool) -> Check:
    """An environment that is not there yet is made on demand, so its absence is no fault."""
    try:
        there = environments.is_made(name, paths)
    except TapError as error:
        return Check(f"{name} env", False, error.what, error.remedy, needed)
    return Check(f"{name} env", True, "in sync" if there else "is made when first needed", needed=needed)


def _variables(settings: Settings, project: Project) -> list[Check]:
    """What the stack is told by the environment, beside the deployer's settings; without their values."""
    if not project.environment:
        return []
    told = ", ".join(sorted(variables(settings, project)))
    return [Check("variables", True, told or f"none set of {', '.join(project.environment)}")]


def _has(type_: str, settings: Settings, paths: Paths) -> bool:
    """Whether the stack has a resource of the type; one that can't be synthesised has none yet."""
    try:
        document = stack_document(stack_folder(settings, paths))
    except TapError:
        return False
    return type_ in document.get("resource", {})


def _sandbox() -> Check:
    """Whether functions on the embedded AWS find what they would on Lambda. Without it they run as processes."""
    if why := functions.refusal():
        remedy = (
            "on Linux, allow user namespaces (as in Ubuntu: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`); "
            "elsewhere functions run as processes, and the suite skips what needs the sandbox"
        )
        return Check("lambda sandbox", False, f"off: {why}", remedy, needed=False)
    return Check("lambda sandbox", True, "on: functions run as on Lambda")


def _endpoint(settings: Settings, paths: Paths) -> str:
    if not settings.aws_region:
        raise EnvironmentUnready("which account answers can't be asked without a region", remedy="choose the region")
    if settings.target == "embedded":
        running = embedded.local(paths)
        return running.endpoint if running else "`tap deploy` or `tap local start` starts one, which stays"
    if settings.target == "aws":
        return f"account {connect.live(settings).account_id}, {settings.aws_region}"
    endpoint = localstack.endpoint()
    target, why = localstack.answering(endpoint, settings.aws_region)
    if target:
        return f"account {target.account_id} at {target.endpoint}"
    if localstack.docker_answers():
        return "is started when needed, by docker-compose.yml"
    raise EnvironmentUnready(
        f"no LocalStack answers at {endpoint}, and no Docker engine is there to start one: {why}",
        remedy="start Docker, or name a LocalStack that runs with AWS_ENDPOINT_URL",
    )


def _operations(settings: Settings) -> str:
    """Of an emulator that runs already, which may be anybody's."""
    target, _ = localstack.answering(localstack.endpoint(), settings.aws_region)
    if target is None:
        return "are looked at when it runs"
    if lacking := provider_operations.unanswered(target):
        raise EnvironmentUnready(
            f"the emulator has no answer to {'; '.join(lacking)}",
            remedy="Terraform would try again for a long time: take a newer one, or --target embedded",
        )
    return "what Terraform asks for is answered"


def _state(settings: Settings, paths: Paths) -> list[Check]:
    """The bucket of Terraform's state, where one is named and its AWS can be asked. Creates nothing."""
    if not settings.state_bucket:
        needed = settings.target == "aws"
        told = "in a local file; TERRAFORM_STATE_BUCKET names a bucket, as a shared environment needs"
        return [Check("state bucket", not needed, told, "`tap bootstrap` makes the bucket that is named", needed=False)]
    try:
        backend = s3_backend(stack_folder(settings, paths))
        with connect.open_target(settings, paths, existing=True) as session:
            named = state_bucket.StateBucket.named(settings, session.target)
            bucket = state_bucket.StateBucket.of(backend, session.target) if backend else named
            return [
                Check(one.name, one.fine, one.told, "" if one.fine else "`tap bootstrap`; or grant what is refused")
                for one in state_bucket.findings(bucket)
            ]
    except TapError as error:
        return [Check("state bucket", False, error.what, error.remedy)]
    except (BotoCoreError, ClientError) as error:
        return [Check("state bucket", False, f"can't be looked at: {error}", "grant what is refused")]


def _confirmations(settings: Settings, paths: Paths) -> Check:
    """Whether every receiver has confirmed its subscription. One that has not keeps nobody from deploying."""
    try:
        with connect.open_target(settings, paths, existing=True) as session:
            configuration = configuration_in(stack_folder(settings, paths), session.identity)
            told = confirmations.waiting(session.target, configuration)
    except TapError as error:
        return Check("subscriptions", False, error.what, error.remedy, needed=False)
    except (BotoCoreError, ClientError) as error:
        return Check("subscriptions", False, f"can't be looked at: {error}", "grant what is refused", needed=False)
    return Check(
        "subscriptions", not told, told or "none waits to be confirmed", told and confirmations.REMEDY, needed=False
    )


def api_logs(target: Target) -> str:
    """The role by which API Gateway writes logs. Raises EnvironmentUnready where it is missing: a stage then fails.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    try:
        role = target.client("apigateway").get_account().get("cloudwatchRoleArn")
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentUnready(
            f"can't be looked at: {error}", remedy="grant apigateway:GET on /account: `tap policy`"
        ) from error
    if not role:
        raise EnvironmentUnready(
            f"API Gateway has no role to write logs with in {target.region}",
            remedy="name one in its account settings, once: docs/deploying.md, step 2",
        )
    return str(role)


def _docker(*, needed: bool) -> Check:
    if localstack.docker_answers():
        return Check("docker", True, "answers")
    return Check(
        "docker", False, "no engine answers", "only --target localstack needs one, to start LocalStack", needed
    )
