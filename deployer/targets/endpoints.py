"""AWS's own endpoints: which host names are AWS's, and by which of them the user wants AWS to be reached.

Used by `deployer/targets/connect.py`. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from deployer.errors import EnvironmentUnready

if TYPE_CHECKING:
    import boto3

GLOBAL = "AWS_ENDPOINT_URL"
_SWITCHES = ("use_fips_endpoint", "use_dualstack_endpoint")


def is_aws(endpoint: str) -> bool:
    """Whether the host of a URL lies below a partition of AWS."""
    return (urlsplit(endpoint).hostname or "").endswith(_suffixes())


@cache
def _suffixes() -> tuple[str, ...]:
    """Of every partition that botocore itself knows; data that a user laid beside it does not count."""
    from botocore.loaders import Loader

    known = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False).load_data("partitions")
    outputs = [partition["outputs"] for partition in known["partitions"]]
    return tuple(sorted({f".{one[kind]}" for one in outputs for kind in ("dnsSuffix", "dualStackDnsSuffix")}))


def options(session: "boto3.Session") -> dict[str, str]:
    """How the user wants AWS to be reached, as the AWS_* variables that SDKs and Terraform read.

    What the environment says goes before the profile, as in botocore. Paths are absolute: Terraform works elsewhere.

    Raises:
        EnvironmentUnready: a switch is neither true nor false; botocore would take it for false without a word.
    """
    core: Any = session._session  # boto3 has no other way to its settings
    profile: Mapping[str, Any] = core.get_scoped_config()
    bundle = core.get_config_variable("ca_bundle")
    found = {
        **{f"AWS_{name.upper()}": _switch(name, profile) for name in _SWITCHES},
        "AWS_CA_BUNDLE": str(Path(bundle).absolute()) if bundle else "",
        **({} if core.get_config_variable("ignore_configured_endpoint_urls") else _urls(core.full_config, profile)),
    }
    return {name: value for name, value in found.items() if value}


def named(options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The endpoints among the options, each with its variable."""
    return ((name, value) for name, value in options.items() if name.startswith(GLOBAL))


def _switch(name: str, profile: Mapping[str, Any]) -> str:
    variable = f"AWS_{name.upper()}"
    told = str(os.environ.get(variable) or profile.get(name, "")).lower()
    if told not in ("", "true", "false"):
        raise EnvironmentUnready(
            "a switch of AWS's endpoints is neither true nor false",
            where=f"{variable}={told}",
            remedy=f"set {variable} to true or to false, or {name} in the profile",
        )
    return told


def _urls(configuration: Mapping[str, Any], profile: Mapping[str, Any]) -> dict[str, str]:
    """A variable for each endpoint. Of the profile's, those that the environment's own does not go before."""
    told = {name: value for name, value in os.environ.items() if name.startswith(GLOBAL) and value}
    if GLOBAL in told:
        return told
    services = configuration.get("services", {}).get(profile.get("services", ""), {})
    of_profile = {
        f"{GLOBAL}_{service.upper()}": section["endpoint_url"]
        for service, section in services.items()
        if isinstance(section, dict) and "endpoint_url" in section
    }
    return {GLOBAL: profile.get("endpoint_url", ""), **of_profile, **told}
