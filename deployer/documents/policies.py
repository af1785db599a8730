"""docs/deployer-policies.json: what `tap policy` gives, for each work, for the environment `example`.

Region, account, repository, state bucket and boundary are placeholders. It is committed so that a change of what a
deployer needs shows in a review.
"""

import json
from dataclasses import replace

from deployer.client_permissions import POLICIES
from deployer.documents.example import SUFFIX
from deployer.estate.configuration import configuration_of
from deployer.estate.identity import Identity
from deployer.places import Places
from deployer.policy import ACCOUNT, Scope
from deployer.roles import WORKS, documents
from deployer.synthesis import stack_folder
from stack.settings import Settings


def built(places: Places) -> str:
    """The file's text."""
    settings = Settings.load({}, environment_suffix=SUFFIX, state_bucket="states")
    document = json.loads((stack_folder(settings, places) / "cdk.tf.json").read_text())
    configuration = configuration_of(document, Identity.of(SUFFIX, places))
    scope = Scope.of(configuration, settings, partition="aws", account=ACCOUNT, clients=POLICIES)
    bounded = f"arn:aws:iam::{ACCOUNT}:policy/BOUNDARY"
    scope = replace(scope, region="REGION", state_bucket="STATE_BUCKET", boundary=bounded)
    found = {name: one for work in WORKS for name, one in documents(scope, work).items()}
    return json.dumps(found, indent=1) + "\n"
