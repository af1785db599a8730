"""Settings come from the environment once; a wrong one is told by name, all of them at once."""

from dataclasses import FrozenInstanceError

import pytest

from stack.settings import Settings, SettingsError


def test_environment_variables_are_the_settings() -> None:
    """Each documented variable arrives in its field."""
    settings = Settings.load(
        {
            "ENVIRONMENT_SUFFIX": "pr7",
            "AWS_REGION": "eu-west-1",
            "TERRAFORM_STATE_BUCKET": "states",
            "TERRAFORM_STATE_BUCKET_REGION": "eu-central-1",
            "REPOSITORY": "org/repo",
            "COMMIT_AUTHOR": "ann",
            "TAP_ALLOWED_ACCOUNTS": "111111111111, 222222222222",
            "TAP_DELETION_PROTECTION": "true",
        }
    )

    assert (settings.environment_suffix, settings.aws_region) == ("pr7", "eu-west-1")
    assert (settings.state_bucket, settings.state_bucket_region) == ("states", "eu-central-1")
    assert (settings.repository, settings.commit_author) == ("org/repo", "ann")
    assert settings.allowed_accounts == ("111111111111", "222222222222")
    assert settings.deletion_protection is True


def test_a_live_account_is_protected_unless_somebody_says_otherwise() -> None:
    """By the target alone; what the environment says goes before it, and a process that is started hears the same."""
    live = {"TAP_TARGET": "aws", "AWS_REGION": "eu-west-1"}

    assert Settings.load(live).deletion_protection is True
    assert Settings.load({"AWS_REGION": "eu-west-1"}, target="aws").deletion_protection is True
    assert Settings.load({}).deletion_protection is False
    assert Settings.load({**live, "TAP_DELETION_PROTECTION": "false"}).deletion_protection is False
    assert Settings.load(Settings.load(live).environment()).deletion_protection is True


def test_an_option_goes_before_the_environment() -> None:
    """What a person types wins over what the shell exports; an option not given (None) does not."""
    settings = Settings.load(
        {"ENVIRONMENT_SUFFIX": "pr7", "AWS_REGION": "eu-west-1"}, environment_suffix="mine", aws_region=None
    )

    assert (settings.environment_suffix, settings.aws_region) == ("mine", "eu-west-1")


def test_the_default_region_variable_of_the_aws_tools_counts() -> None:
    """AWS_DEFAULT_REGION is read where AWS_REGION is not set."""
    assert Settings.load({"AWS_DEFAULT_REGION": "eu-north-1"}).aws_region == "eu-north-1"


def test_a_live_account_is_never_given_a_region_that_nobody_chose() -> None:
    """An emulator has a region of its own; the target aws asks for one."""
    assert Settings.load({}, target="embedded").aws_region
    with pytest.raises(SettingsError, match="AWS_REGION"):
        Settings.load({}, target="aws")


def test_all_wrong_settings_are_told_at_once() -> None:
    """One line for each, with the variable's name and the refused value."""
    with pytest.raises(SettingsError) as refused:
        Settings.load(environment_suffix="Bad_Name", aws_region="mars", rows_per_part="0")

    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    assert "'Bad_Name'" in next(line for line in lines if line.startswith("ENVIRONMENT_SUFFIX"))
    assert "'mars'" in next(line for line in lines if line.startswith("AWS_REGION"))
    assert any(line.startswith("TAP_ROWS_PER_PART") for line in lines)


@pytest.mark.parametrize("suffix", ["a--ol-s3", "a-s3alias", "s3alias", "a--x-s3", "a--table-s3", "an"])
def test_a_suffix_that_makes_a_name_which_s3_reserves_is_refused(suffix: str) -> None:
    """What S3 would refuse in the middle of an apply is refused before anything starts, with S3's rule."""
    with pytest.raises(SettingsError, match=r"S3 reserves names with '-.*choose another suffix"):
        Settings.load(environment_suffix=suffix)


def test_the_whole_name_counts() -> None:
    """A suffix and a base name that are right each by itself make a reserved name together, or begin one."""
    for base, suffix in (("abc-", "ol-s3"), ("xn--abc", "dev"), ("sthree-abc", "dev"), ("amzn-s3-demo-abc", "dev")):
        with pytest.raises(SettingsError, match="S3 reserves"):
            Settings.load(bucket_base_name=base, environment_suffix=suffix)


@pytest.mark.parametrize("name", ["states--ol-s3", "states.mrap", "xn--states", "a..b", "192.168.5.4"])
def test_a_state_bucket_that_s3_would_refuse_is_refused(name: str) -> None:
    """The same rules hold for the bucket of the state."""
    with pytest.raises(SettingsError, match="TERRAFORM_STATE_BUCKET"):
        Settings.load(state_bucket=name)


@pytest.mark.parametrize("suffix", ["a" * 25, "-a", "a-", "A", "a_b", "a.b", "a b"])
def test_a_suffix_that_would_make_an_illegal_name_is_refused(suffix: str) -> None:
    """The suffix ends bucket and role names, so it must fit the strictest of them."""
    with pytest.raises(SettingsError, match="ENVIRONMENT_SUFFIX"):
        Settings.load(environment_suffix=suffix)


def test_the_longest_names_fit_the_limits_of_aws() -> None:
    """63 characters for a bucket, 64 for a role and a function."""
    settings = Settings.load(environment_suffix="a" * 24, bucket_base_name="b" * 38)

    assert len(settings.bucket) == 63
    assert (
        max(len(settings.role(name)) for name in ("csv-transformer", "transaction-loader", "transaction-status")) <= 64
    )


def test_addresses_to_notify_are_listed_by_comma_each_once() -> None:
    """Mail addresses and URLs, blanks left out; a process that is started reads the same."""
    settings = Settings.load({
        "TAP_NOTIFY_EMAIL": "ann@example.org, o'neil+tap@mail.example.co.uk,ann@example.org,",
        "TAP_NOTIFY_HTTPS": "https://hooks.example.org:8443/a/b?c=d%2F",
    })  # fmt: skip

    assert settings.notify_email == ("ann@example.org", "o'neil+tap@mail.example.co.uk")
    assert settings.notify_https == ("https://hooks.example.org:8443/a/b?c=d%2F",)
    assert Settings.load(settings.environment()) == settings


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("TAP_NOTIFY_EMAIL", "ann"),
        ("TAP_NOTIFY_EMAIL", "ann@localhost"),
        ("TAP_NOTIFY_EMAIL", "${file}@example.org"),
        ("TAP_NOTIFY_EMAIL", "Ann <ann@example.org>"),
        ("TAP_NOTIFY_EMAIL", f"{'a' * 65}@example.org"),
        ("TAP_NOTIFY_HTTPS", "http://example.org"),
        ("TAP_NOTIFY_HTTPS", "https://ann:secret@example.org"),
        ("TAP_NOTIFY_HTTPS", "https://example.org/${path.module}"),
        ("TAP_NOTIFY_HTTPS", "https://example.org/%{if}"),
        ("TAP_NOTIFY_HTTPS", "https://example.org/a b"),
    ],
)
def test_a_wrong_address_is_refused_by_its_number_and_not_shown(variable: str, wrong: str) -> None:
    """An address is somebody's own, and a message goes into logs; what Terraform would evaluate is no address."""
    right = "ann@example.org" if variable.endswith("EMAIL") else "https://example.org"
    with pytest.raises(SettingsError, match=rf"{variable}: number 2 of 2, which is not shown, is malformed") as refused:
        Settings.load({variable: f"{right},{wrong}"})

    assert wrong not in str(refused.value)


def test_settings_are_frozen() -> None:
    """A setting can't change after it was read."""
    settings = Settings.load()

    with pytest.raises(FrozenInstanceError):
        settings.aws_region = "eu-west-1"  # type: ignore[misc]


def test_a_started_process_reads_the_same_settings() -> None:
    """What `environment` gives, `load` reads back, so the synthesis sees what the command saw."""
    settings = Settings.load(
        environment_suffix="pr7",
        aws_region="eu-west-1",
        allowed_accounts="111111111111 222222222222",
        rows_per_part="7",
    )

    assert Settings.load(settings.environment()) == settings
