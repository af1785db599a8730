"""Takes into Terraform's state what exists already: the stage `adopt`, which costs one read while the state is whole.

Terraform itself imports: it gets an import block for exactly what the state lacks and the account has, plans with
them, and what the plan shows is what happens.
"""

from deployer.estate.configuration import configuration_in
from deployer.opening import Site
from deployer.terraform import Terraform


def to_adopt(site: Site, terraform: Terraform) -> dict[str, str]:
    """The import id of each address that the state lacks and the account has. Empty while the state is whole.

    Raises:
        NotOurs: something has the name, but is not ours.
        Ambiguous: several are ours by name and tags.
    """
    configuration = configuration_in(site.work)
    state = terraform.state()
    missing = configuration.wanted.keys() - state.keys()
    if not missing:
        return {}
    from deployer.estate.inventory import Inventory  # loads the AWS SDK, which the usual case does without
    from deployer.estate.ledger import Ledger

    ledger = Ledger(site.target, configuration, site.work)
    return Inventory(site.target, configuration, state, ledger.recorded()).existing(sorted(missing))
