"""Whatever its settings say, the stack passes the gate: what is documented can be deployed."""

from dataclasses import fields

import pytest

from deployer import settings as deployer_settings
from deployer.pytest_plugin.stacks import Stack
from stack.settings import Settings
from tests.policy.shared import session_folder

BOUNDARY = "arn:aws:iam::123456789012:policy/tap-boundary"
# The least and the most that each setting of the pipeline takes, all at once.
LEAST = {
    "REPOSITORY": "a", "COMMIT_AUTHOR": "a", "TEAM": "a", "TAP_BUCKET_BASE_NAME": "abc",
    "TAP_DELETION_PROTECTION": "false", "TAP_PERMISSIONS_BOUNDARY": "", "TAP_LOG_RETENTION_DAYS": "365",
    "TAP_ROWS_PER_PART": "1", "TAP_LOAD_CONCURRENCY": "1", "TAP_TOLERATED_FAILURE_PERCENTAGE": "0",
    "TAP_MAX_ERROR_DETAILS": "0", "TAP_NOTIFY_EMAIL": "", "TAP_NOTIFY_HTTPS": "",
}  # fmt: skip
MOST = {
    "REPOSITORY": "r" * 256, "COMMIT_AUTHOR": "c" * 256, "TEAM": "t" * 256, "TAP_BUCKET_BASE_NAME": "b" * 38,
    "TAP_DELETION_PROTECTION": "true", "TAP_PERMISSIONS_BOUNDARY": BOUNDARY, "TAP_LOG_RETENTION_DAYS": "3653",
    "TAP_ROWS_PER_PART": "10000", "TAP_LOAD_CONCURRENCY": "1000", "TAP_TOLERATED_FAILURE_PERCENTAGE": "100",
    "TAP_MAX_ERROR_DETAILS": "1000000", "TAP_NOTIFY_EMAIL": f"ann@example.org,{'b' * 64}@example.org",
    "TAP_NOTIFY_HTTPS": "https://example.org:8443/a?b=%20",
}  # fmt: skip


@pytest.mark.parametrize("given", [LEAST, MOST], ids=["least", "most"])
def test_the_stack_complies_at_the_edges_of_its_settings(
    tap_stack: Stack, tmp_path_factory: pytest.TempPathFactory, given: dict[str, str]
) -> None:
    """No finding, with the smallest and the largest values that are taken."""
    assert tap_stack.with_settings(**given).judged(session_folder(tmp_path_factory)).findings == ()


def test_both_edges_have_every_setting_of_the_pipeline() -> None:
    """A new one is tried at its edges too."""
    own = {field.name for field in fields(Settings)} - {field.name for field in fields(deployer_settings.Settings)}
    variables = {field.metadata["variables"][0] for field in fields(Settings) if field.name in own}

    assert set(LEAST) == set(MOST) == variables
