"""Where Terraform's providers come from, in folders of the tests' own."""

from pathlib import Path

import pytest

from deployer.errors import EnvironmentUnready
from deployer.terraform import provider_mirror

AWS = "registry.terraform.io/hashicorp/aws"
REQUIRED = {AWS: "5.100.0"}


def make_mirror(folder: Path, version: str = "5.100.0", platform: str | None = None) -> Path:
    (folder / AWS / version / (platform or provider_mirror.this_platform())).mkdir(parents=True)
    return folder


def environment(home: Path, **others: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    return {"HOME": str(home), "XDG_DATA_DIRS": str(home / "share"), **others}


def source(tmp_path: Path, setting: str = "", **others: str) -> provider_mirror.Source:
    return provider_mirror.provider_source(
        setting, REQUIRED, environment(tmp_path / "home", **others), [tmp_path / "opt"]
    )


def test_the_setting_goes_before_everything_else(tmp_path: Path) -> None:
    """A mirror named by the setting is used though another one could be found."""
    named = make_mirror(tmp_path / "named")
    make_mirror(tmp_path / "opt" / "found")

    chosen = source(tmp_path, str(named))

    assert (chosen.kind, chosen.where) == ("setting", str(named))
    assert f'"{named}"' in (chosen.configuration or "")


def test_a_setting_that_names_no_mirror_is_refused(tmp_path: Path) -> None:
    """A folder without providers is an error with the setting's name, never replaced by a guess."""
    make_mirror(tmp_path / "opt" / "found")

    with pytest.raises(EnvironmentUnready, match="TAP_PROVIDER_MIRROR"):
        source(tmp_path, str(tmp_path))


def test_terraforms_own_configuration_is_left_alone(tmp_path: Path) -> None:
    """A CLI configuration that says how providers are installed is not overridden."""
    own = tmp_path / "own.tfrc"
    own.write_text("provider_installation {\n  direct {}\n}\n")
    make_mirror(tmp_path / "opt" / "found")

    chosen = source(tmp_path, TF_CLI_CONFIG_FILE=str(own))

    assert (chosen.kind, chosen.configuration) == ("terraform", None)


@pytest.mark.parametrize(
    "text", ["", "# provider_installation {}\n", 'credentials "app.terraform.io" { token = "x" }\n']
)
def test_a_configuration_that_is_silent_about_providers_is_kept_and_extended(tmp_path: Path, text: str) -> None:
    """What the user's own CLI configuration says otherwise stays in the generated one."""
    own = tmp_path / "own.tfrc"
    own.write_text(text)
    make_mirror(tmp_path / "opt" / "found")

    chosen = source(tmp_path, TF_CLI_CONFIG_FILE=str(own))

    assert chosen.kind == "found"
    assert text.strip() in (chosen.configuration or "")


def test_a_configuration_file_that_does_not_exist_is_as_good_as_none(tmp_path: Path) -> None:
    """A TF_CLI_CONFIG_FILE that leads nowhere does not keep a mirror from being found."""
    make_mirror(tmp_path / "opt" / "found")

    assert source(tmp_path, TF_CLI_CONFIG_FILE=str(tmp_path / "nowhere")).kind == "found"


@pytest.mark.parametrize(
    "folder", [".terraform.d/plugins", ".local/share/terraform/plugins", "share/terraform/plugins"]
)
def test_implied_directories_need_no_configuration(tmp_path: Path, folder: str) -> None:
    """Where Terraform looks by itself, it is told nothing."""
    make_mirror(tmp_path / "home" / folder)

    chosen = source(tmp_path)

    assert (chosen.kind, chosen.where, chosen.configuration) == ("implied", str(tmp_path / "home" / folder), None)


@pytest.mark.parametrize(("below", "found"), [("", True), ("a", True), ("a/b", True), ("a/b/c", False)])
def test_mirrors_are_found_down_to_depth_three(tmp_path: Path, below: str, found: bool) -> None:
    """The registry's folder counts when it is at most the third level below a searched folder."""
    (tmp_path / "opt").mkdir()
    make_mirror(tmp_path / "opt" / below)

    assert source(tmp_path).kind == ("found" if found else "registry")


def test_a_mirror_without_the_required_version_is_not_used(tmp_path: Path) -> None:
    """An exact version that the mirror lacks would make init fail, so the registry is asked."""
    make_mirror(tmp_path / "opt" / "old", version="5.99.0")
    make_mirror(tmp_path / "opt" / "foreign", platform="plan9_mips")

    assert source(tmp_path).kind == "registry"


def test_a_packed_mirror_counts_as_well(tmp_path: Path) -> None:
    """Terraform's packed layout, one ZIP per version and platform, is read."""
    folder = tmp_path / "opt" / "packed" / AWS
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_5.100.0_{provider_mirror.this_platform()}.zip").touch()

    assert source(tmp_path).kind == "found"


def test_what_a_mirror_does_not_hold_comes_from_the_registry(tmp_path: Path) -> None:
    """The generated configuration takes from the mirror exactly what it holds, and the rest directly."""
    folder = make_mirror(tmp_path / "m")
    required = {**REQUIRED, "registry.terraform.io/hashicorp/random": "3.6.0"}

    text = provider_mirror.generated([provider_mirror.scanned(folder)], required, "")

    assert f'include = ["{AWS}"]' in text
    assert f'exclude = ["{AWS}"]' in text
    assert "random" not in text
