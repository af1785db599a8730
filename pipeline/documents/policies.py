"""docs/deployer-policies.json: what `tap policy` gives, for each work, for the environment `example`.

Region, account, repository, state bucket and boundary are placeholders. It is committed so that a change of what a
deployer needs shows in a review.
"""

import json
from dataclasses import replace

from deployer.deploy.synthesis import stack_folder
from deployer.iam.policy import ACCOUNT, Scope
from deployer.iam.roles import WORKS, documents
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.resources.configuration import configuration_of
from deployer.stack_file import stack_document
from pipeline.documents.example import SUFFIX
from pipeline.permissions import POLICIES
from stack.settings import Settings


def built(paths: Paths) -> str:
    """The file's text."""
    settings = Settings.load({}, environment_suffix=SUFFIX, state_bucket="states")
    document = stack_document(stack_folder(settings, paths))
    configuration = configuration_of(document, Identity.of(SUFFIX, paths))
    scope = Scope.of(configuration, settings, partition="aws", account=ACCOUNT, clients=POLICIES)
    bounded = f"arn:aws:iam::{ACCOUNT}:policy/BOUNDARY"
    scope = replace(scope, region="REGION", state_bucket="STATE_BUCKET", boundary=bounded)
    found = {name: one for work in WORKS for name, one in documents(scope, work).items()}
    return json.dumps(found, indent=1) + "\n"
