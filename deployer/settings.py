"""What a deployment is to the deployer: environment, region, target, state, and who may be touched.

Read from the environment once, by `Settings.load`, and then passed on. A stack reads settings of its own: it may
extend this class, whose machinery stands here once. Imports nothing heavy, since every command begins with it.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Self

from deployer import setting_types as types
from deployer.setting_types import Kind

TARGETS = ("embedded", "localstack", "aws")
EMULATOR_REGION = "us-east-1"  # what MiniStack and LocalStack answer for when nobody says otherwise


class SettingsError(ValueError):
    """One or more settings are missing or malformed; the message has a line for each."""


def setting(default: Any, variables: str, kind: Kind, meaning: str, *, for_stack: bool = True) -> Any:
    """A field: its default, the environment variables that fill it (the first that is set), what it can be, and why.

    `for_stack`: whether a synthesis may depend on it.
    """
    about = {"variables": variables.split(), "kind": kind, "meaning": meaning, "for_stack": for_stack}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """The settings of one deployment. Each field names the environment variable that fills it."""

    environment_suffix: str = setting("dev", "ENVIRONMENT_SUFFIX", types.SUFFIX, "ends the name of every resource")
    aws_region: str = setting("", "AWS_REGION AWS_DEFAULT_REGION", types.REGION, "where the stack is deployed")
    state_bucket: str = setting(
        "", "TERRAFORM_STATE_BUCKET", types.BUCKET, "holds Terraform's state; blank: a local file does"
    )
    state_bucket_region: str = setting(
        "", "TERRAFORM_STATE_BUCKET_REGION", types.REGION, "the state bucket's region; blank: the stack's"
    )
    expires_at: str = setting(
        "", "TAP_EXPIRES_AT", types.INSTANT, "when `tap cleanup --expired` may remove all of it, ISO 8601; blank: never"
    )
    target: str = setting("embedded", "TAP_TARGET", types.one_of(*TARGETS), "embedded, localstack or aws")
    local_state: bool = setting(
        False,
        "TAP_LOCAL_STATE",
        types.SWITCH,
        "whether a live deployment from a CI may keep its state in a file",
        for_stack=False,
    )
    lock_seconds: int = setting(
        120, "TAP_LOCK_SECONDS", types.whole(0, 86_400), "how long a deployment waits for another one", for_stack=False
    )
    provider_mirror: str = setting(
        "",
        "TAP_PROVIDER_MIRROR",
        types.FOLDER,
        "a folder of Terraform providers, for an init without network",
        for_stack=False,
    )
    allowed_accounts: tuple[str, ...] = setting(
        (),
        "TAP_ALLOWED_ACCOUNTS",
        types.ACCOUNT_IDS,
        "live accounts that may be touched, by comma",
        for_stack=False,
    )

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: str | None) -> Self:
        """The settings of the environment; an override (a command's option) that is not None goes before it.

        Raises:
            SettingsError: with one line for each setting that is missing or malformed.
        """
        return cls.unchecked(environment, **overrides).checked()

    @classmethod
    def unchecked(cls, environment: Mapping[str, str] | None = None, **overrides: str | None) -> Self:
        """The same, of which a region may be missing: for who tells what is missing.

        Raises:
            SettingsError: with one line for each setting that is malformed.
        """
        variables = os.environ if environment is None else environment
        if unknown := overrides.keys() - {each.name for each in fields(cls)}:
            raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
        values, refused = {}, []
        for each in fields(cls):
            name, text = _found(each, overrides.get(each.name), variables)
            if text:
                try:
                    values[each.name] = each.metadata["kind"].parse(text)
                except ValueError as error:
                    refused.append(f"{name}: {error}")
        if refused:
            raise SettingsError("\n".join(refused))
        return cls(**cls.completed(values))

    @classmethod
    def completed(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The values by field, with defaults that depend on others. For a stack to extend."""
        return values

    def checked(self) -> Self:
        """These settings, once they are right together. For a stack to extend.

        An emulator has a region of its own; a live account is never given one that nobody chose.

        Raises:
            SettingsError: they are not.
        """
        if self.aws_region:
            return self
        if self.target == "aws":
            raise SettingsError("AWS_REGION: not set. A live account needs it: set AWS_REGION, or pass --region.")
        return replace(self, aws_region=EMULATOR_REGION)

    def environment(self, *, for_stack: bool = False) -> dict[str, str]:
        """The settings as the environment variables that `load` reads, for a process that is started.

        `for_stack`: only those that a synthesis may depend on.
        """
        told = [each for each in fields(self) if each.metadata["for_stack"] or not for_stack]
        return {each.metadata["variables"][0]: _text(getattr(self, each.name)) for each in told}

    def options(self) -> str:
        """How a command line names the same environment, where that is not the default; for remedies."""
        region = self.aws_region if self.target == "aws" or self.aws_region != EMULATOR_REGION else ""
        default = {each.name: each.default for each in fields(self)}
        told = {
            "target": "" if self.target == default["target"] else self.target,
            "suffix": "" if self.environment_suffix == default["environment_suffix"] else self.environment_suffix,
            "region": region,
        }
        return "".join(f" --{name} {value}" for name, value in told.items() if value)

    @classmethod
    def variables(cls) -> set[str]:
        """The names of all variables that `load` reads."""
        return {name for each in fields(cls) for name in each.metadata["variables"]}


def _found(setting: Field[Any], override: str | None, variables: Mapping[str, str]) -> tuple[str, str]:
    """What a setting is called in a message, and its text: the override's, else the first variable's that is set."""
    names: list[str] = setting.metadata["variables"]
    if override is not None:
        return names[0], override.strip()
    return next(((name, text) for name in names if (text := variables.get(name, "").strip())), (names[0], ""))


def _text(value: object) -> str:
    """A value as its parser reads it."""
    return ",".join(value) if isinstance(value, tuple) else str(value)
