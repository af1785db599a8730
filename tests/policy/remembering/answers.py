"""The same answers, all of them kept: they are the library's own functions, on its own table of AWS's actions."""

from functools import cache

from cloudsplaining.scan import statement_detail
from cloudsplaining.shared import utils
from policy_sentry.querying import actions

_of_level = actions.remove_actions_not_matching_access_level


@cache
def _kept(names: tuple[str, ...], access_level: str) -> tuple[str, ...]:
    return tuple(_of_level(list(names), access_level))


def of_level(actions_list: list[str], access_level: str) -> list[str]:
    """A list of its own for each who asks: they sort it."""
    return list(_kept(tuple(actions_list), access_level))


actions.get_action_data = utils.get_action_data = cache(actions.get_action_data.__wrapped__)
actions.get_action_matching_access_level = cache(actions.get_action_matching_access_level)
statement_detail.remove_actions_not_matching_access_level = of_level
utils.remove_actions_not_matching_access_level = of_level
