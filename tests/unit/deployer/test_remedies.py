"""A remedy is for the environment that was meant."""

import pytest

from deployer.cli import with_options


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["plan", "--suffix", "b1"], "`tap unlock --suffix b1`; or `tap deploy --suffix b1`, `make setup`"),
        (["plan", "--suffix=b1", "--target", "aws"], "`tap unlock --target aws --suffix b1`; or "
         "`tap deploy --target aws --suffix b1`, `make setup`"),
        (["plan"], "`tap unlock`; or `tap deploy`, `make setup`"),
    ],
)  # fmt: skip
def test_a_remedy_is_for_the_environment_that_was_meant(given: list[str], told: str) -> None:
    """Typed as it is told, it works on the same one."""
    assert with_options("`tap unlock`; or `tap deploy`, `make setup`", given) == told


def test_a_remedy_keeps_what_it_names_itself_and_commands_what_they_know() -> None:
    """An option is not said twice, and not to a command that has it not."""
    remedy = "`tap cleanup --suffix pr1`, `tap validate`, `tap local start`"

    assert with_options(remedy, ["deploy", "--suffix", "b1"]) == remedy
