"""docs/deployer-policies.json: what `tap policy` gives, with and without `--nightly`, for the environment `example`.

Region, account and state bucket are placeholders. It is committed so that a change of what a deployer needs shows in a
review.
"""

import json
from dataclasses import replace

from deployer.documents.example import SUFFIX, example_stack
from deployer.estate.configuration import configuration_of
from deployer.places import Places
from deployer.policy import ACCOUNT, Scope, nightly_policies, policies
from stack.settings import Settings


def built(places: Places) -> str:
    """The file's text."""
    settings = Settings.load({}, environment_suffix=SUFFIX)
    scope = Scope.of(configuration_of(example_stack(places)), settings, partition="aws", account=ACCOUNT)
    scope = replace(scope, region="REGION", state_bucket="STATE_BUCKET")
    return json.dumps({**policies(scope), **nightly_policies(scope)}, indent=1) + "\n"
