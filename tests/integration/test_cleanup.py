"""An environment goes wholly, and nothing else does. Each test has an account of its own on the emulator."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from deployer.console.view import NoView
from deployer.deploy.cleanup import cleanup
from deployer.deploy.stages import Run
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.resources.configuration import Configuration
from deployer.resources.deletion import Cleanup, CleanupResult
from deployer.targets import targets
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Target
from stack.settings import Settings
from tests.integration.account_snapshot import census, changed
from tests.integration.factories import contents, furnish, make_bucket, make_function, make_role, tags_of

pytestmark = pytest.mark.fault


@pytest.fixture
def environment() -> Settings:
    """An environment whose names nobody else has: buckets have theirs in common with all accounts."""
    return _settings(f"p{random.randrange(16**8):08x}1")


@pytest.fixture
def configuration(configuration_for: Callable[[Settings], Configuration], environment: Settings) -> Configuration:
    return configuration_for(environment)


def _settings(suffix: str) -> Settings:
    return Settings.load({}, environment_suffix=suffix)


def _tags(settings: Settings) -> dict[str, str]:
    return tags_of(settings.environment_suffix)


def _cleanup(
    account: Target, configuration: Configuration, *recorded: tuple[str, str], **options: Any
) -> CleanupResult:
    options = {"quiet_s": 0.3, **options}
    return Cleanup(account.patient(), configuration, frozenset(recorded), lambda _: None, **options).run()


def test_nothing_is_left_and_a_second_run_finds_nothing(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """Roles with all that hangs on them, a running execution, files and items: the census is what it was before."""
    before = census(account)
    furnish(account, environment)

    first, second = _cleanup(account, configuration), _cleanup(account, configuration)

    assert first.left == {}
    assert {thing.type for thing in first.removed} == {
        "aws_api_gateway_rest_api", "aws_cloudwatch_event_rule", "aws_cloudwatch_log_group",
        "aws_cloudwatch_metric_alarm", "aws_dynamodb_table",
        "aws_iam_role", "aws_kms_alias", "aws_kms_key", "aws_lambda_function", "aws_s3_bucket",
        "aws_sfn_state_machine", "aws_sns_topic", "aws_sqs_queue",
    }  # fmt: skip
    assert (second.removed, second.left) == ([], {})
    assert changed(before, census(account)) == {}


def test_neighbours_with_similar_names_stay_byte_for_byte(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """Beside `pr1`, `pr10` and `x-pr1` keep every version, item, policy, and their running execution."""
    neighbours = [_settings(f"{environment.environment_suffix}0"), _settings(f"x-{environment.environment_suffix}")]
    for neighbour in neighbours:
        furnish(account, neighbour)
    before, kept = census(account), [contents(account, each) for each in neighbours]
    furnish(account, environment)

    cleaned = _cleanup(account, configuration)

    assert cleaned.left == {}
    assert changed(before, census(account)) == {}
    assert [contents(account, each) for each in neighbours] == kept


def test_what_only_has_our_name_or_only_our_tags_stays(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """A bucket by our name without our tags, a role with our tags and another name, and a role of another region."""
    make_bucket(account, environment.bucket, {"Project": "tap", "EnvironmentSuffix": "other"})
    make_role(account, "auditor", _tags(environment), "lambda", "auditor")
    elsewhere = targets.emulator(
        account.name, account.endpoint, "eu-west-1", account_id=account.account_id, ca_bundle=account.ca_bundle
    )
    make_role(elsewhere, environment.role("csv-validator"), _tags(environment), "lambda", "f")
    before = census(account)

    cleaned = _cleanup(account, configuration)

    assert cleaned.removed == []
    assert {thing.name for thing, _ in cleaned.others} == {environment.bucket, environment.role("csv-validator")}
    assert changed(before, census(account)) == {}


def test_names_of_an_older_stack_and_what_nobody_tagged_yet_go_too(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """An older function by tags and suffix; a bucket whose deployer died before it tagged it, by the ledger."""
    before = census(account)
    old, tags = environment.named("old"), _tags(environment)
    make_function(account, old, make_role(account, environment.named("old-role"), tags, "lambda", old), tags)
    half_made = f"half-made-{environment.environment_suffix[:-1]}"
    make_bucket(account, half_made, {})

    cleaned = _cleanup(account, configuration, ("aws_s3_bucket", half_made))

    assert {thing.name for thing in cleaned.removed} == {old, environment.named("old-role"), half_made}
    assert changed(before, census(account)) == {}


def test_a_bucket_of_thousands_of_versions_and_markers_goes(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """3,000 versions and markers: more than one batch of 1,000."""
    before = census(account)
    make_bucket(account, environment.bucket, _tags(environment))
    _fill(account.client("s3"), environment.bucket, objects=1_500)

    cleaned = _cleanup(account, configuration)

    assert cleaned.left == {}
    assert changed(before, census(account)) == {}


def _fill(s3: Any, bucket: str, objects: int) -> None:
    """So many objects, and as many delete markers."""
    from concurrent.futures import ThreadPoolExecutor

    def put(number: int) -> None:
        s3.put_object(Bucket=bucket, Key=f"incoming/{number}", Body=b"")
        s3.delete_object(Bucket=bucket, Key=f"incoming/{number}")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, range(objects)))


def test_protected_data_stay_with_their_key_until_they_are_meant_too(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """A protected table keeps itself, the bucket, dead letters, topic, logs and the key; `--data-too` takes them."""
    before = census(account)
    furnish(account, environment, protected=True)

    kept = _cleanup(account, configuration)
    taken = _cleanup(account, configuration, data_too=True)

    assert {thing.type for thing in kept.left} == {
        "aws_dynamodb_table", "aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic", "aws_cloudwatch_log_group",
        "aws_kms_alias", "aws_kms_key",
    }  # fmt: skip
    assert all("--data-too" in why for thing, why in kept.left.items() if "kms" not in thing.type)
    assert taken.left == {}
    assert changed(before, census(account)) == {}


def test_a_protected_bucket_stays_when_its_table_is_gone(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """A deployment that was stopped half way has no table yet, or no more: the files are protected all the same."""
    before = census(account)
    make_bucket(account, environment.bucket, _tags(environment), protected=True)

    kept = _cleanup(account, configuration)
    taken = _cleanup(account, configuration, data_too=True)

    assert {thing.name for thing in kept.left} == {environment.bucket}
    assert (kept.removed, taken.left) == ([], {})
    assert changed(before, census(account)) == {}


def test_an_untagged_log_group_of_our_name_is_a_strangers(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """Lambda made it for a stranger's function of that name: without a function of ours and a ledger, it stays."""
    account.client("logs").create_log_group(logGroupName=environment.log_group("csv-validator"))
    before = census(account)

    cleaned = _cleanup(account, configuration)

    assert (cleaned.removed, [thing.name for thing, _ in cleaned.others]) == (
        [], [environment.log_group("csv-validator")],
    )  # fmt: skip
    assert changed(before, census(account)) == {}


def test_state_and_ledger_go_last_and_the_state_bucket_never(
    account: Target, environment: Settings, tmp_path: Path
) -> None:
    """While something is left they stay; then they go. The bucket, by name and tags as if ours, keeps its others."""
    states = environment.named("states")
    make_bucket(account, states, _tags(environment))
    s3, suffix = account.client("s3"), environment.environment_suffix
    ours = [f"{suffix}/TapStack.tfstate", f"{suffix}/TapStack.ledger.json"]
    for key, text in [(ours[0], "{}"), (ours[1], "[]"), ("other/TapStack.tfstate", "{}")]:
        s3.put_object(Bucket=states, Key=key, Body=text.encode())
    furnish(account, environment, protected=True)
    run = Run(
        replace(environment, state_bucket=states), Paths.here(),
        TargetSession(
            account, tmp_path / "work", tmp_path / "logs", lasting=True, identity=Identity.of(suffix, Paths.here())
        ),
        NoView(),
    )  # fmt: skip

    kept = cleanup(run, data_too=False).left
    before = _keys(s3, states)
    gone = cleanup(run, data_too=True).left

    assert kept
    assert set(ours) <= before
    assert gone == {}
    assert _keys(s3, states) == {"reports/a.json", "other/TapStack.tfstate"}


def _keys(s3: Any, bucket: str) -> set[str]:
    return {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}


def test_a_log_group_that_a_late_writer_makes_again_goes_again(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """The group that Lambda makes by itself, without tags, after the first was removed and the key with it."""
    furnish(account, environment)
    group, logs, kms = environment.log_group("csv-validator"), account.client("logs"), account.client("kms")
    key, states = kms.list_keys()["Keys"][0]["KeyId"], []

    def write(_: float) -> None:  # as the last invocation of a function may, while the cleanup rests
        states.append(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="late")
        logs.put_log_events(logGroupName=group, logStreamName="late", logEvents=[{"timestamp": 0, "message": "late"}])

    cleaned = _cleanup(account, configuration, rest=write)

    assert states == ["PendingDeletion"]
    assert cleaned.left == {}
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_throttled_api_is_asked_again(account: Target, environment: Settings, configuration: Configuration) -> None:
    """Every service answers `ThrottlingException` to its first two calls; the cleanup ends with nothing left."""
    furnish(account, environment)
    patient = account.patient()
    throttles = {service: _Throttle(patient.client(service), 2) for service in ("lambda", "iam", "logs", "kms")}

    cleaned = Cleanup(patient, configuration, frozenset(), lambda _: None, quiet_s=0.3).run()

    assert [throttle.left for throttle in throttles.values()] == [0] * 4
    assert (cleaned.left, len(cleaned.removed)) == ({}, 18)


class _Throttle:
    """Answers so many calls of a client in place of AWS, in both forms that services speak."""

    def __init__(self, client: Any, times: int) -> None:
        self.left = times
        self._body = (
            b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
            if client.meta.service_model.metadata["protocol"] == "query"
            else b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
        )
        client.meta.events.register("before-send", self)

    def __call__(self, request: Any, **_: Any) -> AWSResponse | None:
        if self.left <= 0:
            return None
        self.left -= 1
        return _answer(request.url, 400, self._body)


def _answer(url: str, status: int, body: bytes) -> AWSResponse:
    answer = AWSResponse(url, status, {"x-amzn-ErrorType": "ThrottlingException"} if status == 400 else {}, None)
    answer._content = body
    return answer


def test_what_can_not_go_is_left_with_its_reason_and_its_key(
    account: Target, environment: Settings, configuration: Configuration
) -> None:
    """An object under legal hold: the bucket stays, named with the reason, and so does the key that may encrypt it."""
    furnish(account, environment)
    s3 = account.client("s3")
    held = _Refusal(account, "DeleteObjects")

    cleaned = Cleanup(held.target, configuration, frozenset(), lambda _: None, quiet_s=0.3).run()

    assert {thing.type for thing in cleaned.left} == {"aws_s3_bucket", "aws_kms_alias", "aws_kms_key"}
    assert "AccessDenied" in next(why for thing, why in cleaned.left.items() if thing.type == "aws_s3_bucket")
    assert s3.head_bucket(Bucket=environment.bucket)


class _Refusal:
    """A target whose S3 refuses one operation, as a policy would."""

    def __init__(self, account: Target, operation: str) -> None:
        self.target = account.patient()
        self.target.client("s3").meta.events.register(f"before-send.s3.{operation}", self)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        return _answer(request.url, 403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
