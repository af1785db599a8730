"""What the third level refuses before anything is deployed."""

import pytest

pytest_plugins = ["pytester"]
PLUGINS = ("-p", "tests.integration.session", "-p", "no:schemathesis", "-p", "no:xdist")


def refused(pytester: pytest.Pytester, *options: str) -> str:
    """What pytest says as it refuses to run."""
    result = pytester.runpytest_inprocess(*PLUGINS, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    return result.stderr.str() + result.stdout.str()


@pytest.mark.parametrize("marks", ["", "@pytest.mark.smoke\n@pytest.mark.fault\n"], ids=["none", "two"])
def test_a_test_says_by_exactly_one_marker_what_it_is_about(pytester: pytest.Pytester, marks: str) -> None:
    """With none or with two, nothing is run."""
    folder = pytester.mkpydir("tests")
    (folder / "integration").mkdir()
    (folder / "integration" / "test_it.py").write_text(f"import pytest\n\n{marks}def test_it():\n    pass\n")

    assert "test_it: give it exactly one of the markers smoke, journey" in refused(pytester)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--account", "12"), "an account has 12 digits"),
        (("--account", "123456789012", "--target", "aws"), "is for emulators"),
        (("--reuse", "--target", "aws"), "--reuse is for emulators"),
    ],
)
def test_options_that_do_not_fit_are_refused(pytester: pytest.Pytester, options: tuple[str, ...], why: str) -> None:
    """An account is made up on an emulator alone, and nothing is kept on a live one."""
    assert why in refused(pytester, *options)
