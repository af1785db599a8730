"""Terraform as Hypothesis draws it: whatever it is, the queue beside it is judged, and nothing raises.

50 draws with the policy tests, the same each time; thousands by `make prove-evaluator`.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from deployer.compliance.copies import lay_out
from deployer.region_names import regions_in
from deployer.template_strings import literals, walk
from tests.policy import written
from tests.policy.evaluating import QUEUE, laid_out, subjects_and_notes

THOROUGH = settings.default.max_examples > 100
drawn = settings(
    max_examples=settings.default.max_examples if THOROUGH else 50, derandomize=not THOROUGH, print_blob=True,
    deadline=None, suppress_health_check=list(HealthCheck),
)  # fmt: skip


def judged(files: Mapping[str, str]) -> None:
    """Reads the files with a queue beside them; what Checkov and the rules would be given is whole."""
    folder = Path(tempfile.mkdtemp(prefix="tap-drawn-"))
    try:
        subjects, notes = subjects_and_notes(laid_out(folder / "in", {"main.tf": QUEUE, **files}))
        lay_out(subjects, folder)
        copies = [json.loads(copy.read_text("utf-8")) for copy in (folder / "subject").rglob("*.json")]
        for text in (text for copy in copies for _, told in walk(copy) for text in literals(told)):
            regions_in(text)
        assert any("aws_sqs_queue.q" in one.blocks() for one in subjects if one.is_evaluated)
        assert [one for one in notes if "can't be evaluated" in one.reason] == []
    finally:
        shutil.rmtree(folder)


@drawn
@given(written.files(), written.files())
def test_any_hcl_is_read(text: str, module: str) -> None:
    """Blocks, expressions, loops, templates and modules, valid or spoilt."""
    judged({"drawn.tf": text, "m/main.tf": module})


@drawn
@given(written.documents())
def test_any_json_is_read(text: str) -> None:
    """Terraform JSON beside HCL, and alone in a folder, with any value at any place."""
    judged({"drawn.tf.json": text, "alone/cdk.tf.json": text})
