"""The night's own command, as its workflow has it, by a role with what `tap policy --nightly` gives and nothing else.

Part of `make prove-deployer-policy`. The embedded AWS stands for the live account.
"""

from dataclasses import replace
from pathlib import Path

from deployer.iam.roles import documents
from deployer.targets.targets import EMULATOR_ACCOUNT
from stack.settings import Settings
from tests.integration.account_snapshot import census, changed
from tests.integration.factories import furnish
from tests.proofs.granted import granted, scope_of
from tests.proofs.workflow_runs import run_step, step_of

BOUNDARY = f"arn:aws:iam::{EMULATOR_ACCOUNT}:policy/nights-most"
SETTINGS = Settings.load({}, environment_suffix="night", aws_region="eu-west-1", permissions_boundary=BOUNDARY)


def test_a_night_is_within_its_policies_and_its_boundary(tmp_path: Path) -> None:
    """It deploys, sends a file, reads what was loaded and removes all; an environment that is not a night's stays."""
    found = documents(scope_of(SETTINGS), "nightly")
    night = {name: one for name, one in found.items() if name.startswith("nightly")}
    step = step_of("nightly", "smoke", "One file, from upload to table, and everything removed again")
    given = {"vars.TAP_ALLOWED_ACCOUNTS": EMULATOR_ACCOUNT, "vars.TAP_SMOKE_BOUNDARY": BOUNDARY}
    with granted(SETTINGS, found["boundary-nightly"], {"night": night}, tmp_path) as proof:
        furnish(proof.root, replace(SETTINGS, environment_suffix="prod"))
        before = census(proof.root)
        done = run_step(step, given, proof.as_role("night"), {})
        left = changed(before, census(proof.root))

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout
    assert {name: rows for name, rows in left.items() if "mapRun" not in str(rows)} == {}
