"""Where Terraform gets its providers from when no registry is in reach.

Used by the Terraform driver, and told by `tap doctor`. In this order: the setting TAP_PROVIDER_MIRROR; Terraform's own
CLI configuration, if it says how providers are installed (then it is left alone); Terraform's implied local
directories (it looks there by itself); folders below /opt and /usr/local/share in the filesystem-mirror layout.
"""

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.errors import EnvironmentUnready

REGISTRY = "registry.terraform.io"
SEARCHED = (Path("/opt"), Path("/usr/local/share"))
DEPTH = 3  # how far below those a mirror may begin, the registry's folder included
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i386": "386", "i686": "386"}
_PACKED = re.compile(r"terraform-provider-.+_(?P<version>[^_]+)_(?P<platform>[a-z0-9]+_[a-z0-9]+)\.zip")


@dataclass(frozen=True)
class Mirror:
    """A folder in the filesystem-mirror layout; `holds` has the versions for this machine by provider address."""

    path: Path
    holds: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where providers come from. `configuration`: the CLI configuration to give Terraform, None to leave it its own."""

    kind: str  # "setting" | "terraform" | "implied" | "found" | "registry"
    where: str
    mirrors: tuple[Mirror, ...] = ()
    configuration: str | None = None


def this_platform() -> str:
    """As Terraform names it, such as `linux_amd64`."""
    system = {"win32": "windows"}.get(sys.platform, sys.platform)
    return f"{system}_{_MACHINES.get(platform.machine().lower(), platform.machine().lower())}"


def required_providers(document: Mapping[str, Any]) -> dict[str, str]:
    """The providers a configuration requires: full address to version constraint, blank for any."""
    blocks = document.get("terraform", {}).get("required_providers", {})
    listed = blocks if isinstance(blocks, list) else [blocks]
    return {
        _address(entry.get("source", name)): str(entry.get("version", ""))
        for block in listed for name, entry in block.items()
    }  # fmt: skip


def _address(source: str) -> str:
    parts = source.split("/")
    return "/".join([REGISTRY, "hashicorp", *parts][-3:] if len(parts) == 1 else [REGISTRY, *parts][-3:])


def provider_source(
    setting: str,
    required: Mapping[str, str],
    environment: Mapping[str, str],
    searched: Iterable[Path] = SEARCHED,
) -> Source:
    """Where the providers of `required` (address to version, blank for any) come from.

    Raises:
        EnvironmentUnready: the setting names a folder that is not a mirror: what was asked for is never replaced by a
            guess.
    """
    own = cli_configuration(environment)
    text = own.read_text(errors="replace") if own else ""
    if setting:
        mirrors: tuple[Mirror, ...] = (_named(Path(setting).expanduser()),)
        return Source("setting", setting, mirrors, generated(mirrors, required, text))
    if re.search(r"\bprovider_installation\b", _without_comments(text)):
        return Source("terraform", str(own))
    if implied := [mirror for mirror in map(scanned, implied_folders(environment)) if offers(mirror, required)]:
        return Source("implied", str(implied[0].path), tuple(implied))
    if found := tuple(mirror for mirror in map(scanned, found_folders(searched)) if offers(mirror, required)):
        return Source("found", str(found[0].path), found, generated(found[:1], required, text))
    return Source("registry", f"https://{REGISTRY}")


def cli_configuration(environment: Mapping[str, str]) -> Path | None:
    """Terraform's own CLI configuration file, if there is one. A name that leads nowhere is as good as none."""
    named = environment.get("TF_CLI_CONFIG_FILE") or environment.get("TERRAFORM_CONFIG")
    path = Path(named) if named else Path(environment.get("HOME", "/")) / ".terraformrc"
    return path if path.is_file() else None


def implied_folders(environment: Mapping[str, str]) -> list[Path]:
    """Where Terraform looks by itself.

    https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    home = Path(environment.get("HOME", "/"))
    data = [Path(environment.get("XDG_DATA_HOME") or home / ".local/share")]
    data += [
        Path(part) for part in (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":") if part
    ]
    folders = [home / ".terraform.d/plugins", *(folder / "terraform/plugins" for folder in data)]
    if sys.platform == "darwin":
        library = "Library/Application Support/io.terraform/plugins"
        folders += [home / library, Path("/") / library]
    return folders


def found_folders(searched: Iterable[Path], depth: int = DEPTH) -> list[Path]:
    """Folders that hold `registry.terraform.io`, which itself lies at most `depth` levels below one of `searched`."""
    return [match.parent for root in searched for match in _registries(root, depth)]


def _registries(folder: Path, depth: int) -> list[Path]:
    try:
        inner = sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except OSError:  # not there, or not ours to read
        return []
    here = [entry for entry in inner if entry.name == REGISTRY]
    deeper = (inner if depth > 1 else []) if not here else []
    return here + [match for entry in deeper for match in _registries(entry, depth - 1)]


def scanned(path: Path, wanted: str | None = None) -> Mirror:
    """What a mirror holds for this platform: folders `VERSION/PLATFORM`, or packed `..._VERSION_PLATFORM.zip` files."""
    wanted = wanted or this_platform()
    holds: dict[str, set[str]] = {}
    for entry in sorted((path / REGISTRY).glob("*/*/*")):
        address = f"{REGISTRY}/{entry.parent.parent.name}/{entry.parent.name}"
        packed = _PACKED.fullmatch(entry.name)
        if packed and packed["platform"] == wanted:
            holds.setdefault(address, set()).add(packed["version"])
        elif (entry / wanted).is_dir():
            holds.setdefault(address, set()).add(entry.name)
    return Mirror(path, {address: frozenset(versions) for address, versions in holds.items()})


def offers(mirror: Mirror, required: Mapping[str, str]) -> list[str]:
    """The addresses of `required` that `mirror` can install. An exact version counts only if it is there."""
    return [
        address for address, version in required.items()
        if (held := mirror.holds.get(address)) and (version in held or not re.fullmatch(r"[\d.]+", version))
    ]  # fmt: skip


def generated(mirrors: Iterable[Mirror], required: Mapping[str, str], own: str) -> str:
    """The user's own CLI configuration, and where providers come from: what a mirror holds from it, the rest direct."""
    blocks, mirrored = [], []
    for mirror in mirrors:
        if addresses := offers(mirror, required):
            mirrored += addresses
            where, which = json.dumps(str(mirror.path)), json.dumps(addresses)
            blocks.append(f"  filesystem_mirror {{\n    path    = {where}\n    include = {which}\n  }}\n")
    blocks.append(f"  direct {{\n    exclude = {json.dumps(mirrored)}\n  }}\n")
    return f"{own.rstrip()}\n\nprovider_installation {{\n{''.join(blocks)}}}\n".lstrip()


def _named(path: Path) -> Mirror:
    mirror = scanned(path)
    if not mirror.holds:
        raise EnvironmentUnready(
            f"TAP_PROVIDER_MIRROR names {path}, which holds no Terraform provider for {this_platform()}",
            remedy=f"name the folder that holds `{REGISTRY}`; `terraform providers mirror FOLDER` makes one",
        )
    return mirror


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)(#|//).*$", "", text)


def registry_reachable(environment: Mapping[str, str] = os.environ, seconds: float = 3) -> bool:
    """Whether the registry answers at all. For `tap doctor`; nothing else asks the network."""
    import urllib.request

    try:
        with urllib.request.urlopen(f"https://{REGISTRY}/.well-known/terraform.json", timeout=seconds):
            return True
    except (OSError, ValueError):
        return False
