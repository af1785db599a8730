"""Which rules judge: `--rule` and `--skip-rule`, as ids or patterns. Called by `tap comply`, `scan` and `gate`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from deployer.compliance.errors import UnknownRule

_SIGNS = "*?["  # what makes a pattern of an id
_NEAREST = 3


@dataclass(frozen=True)
class Selection:
    """The patterns of `--rule`, blank for all rules, and those of `--skip-rule`, which goes before it."""

    rules: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @classmethod
    def of(cls, rules: Iterable[str] = (), skipped: Iterable[str] = ()) -> "Selection":
        """From values as they are typed: each may hold several, with commas between."""
        return cls(_separated(rules), _separated(skipped))

    @property
    def is_all(self) -> bool:
        return not self.rules and not self.skipped

    def takes(self, rule: str) -> bool:
        """Whether the rule judges."""
        return (not self.rules or _matches(rule, self.rules)) and not _matches(rule, self.skipped)

    def left_out(self, known: Collection[str]) -> tuple[str, ...]:
        """The rules that are not run."""
        return () if self.is_all else tuple(sorted(rule for rule in known if not self.takes(rule)))

    def require_known(self, known: Collection[str]) -> None:
        """Raises UnknownRule for an id or a pattern that no rule has, or if no rule is left."""
        for pattern in (*self.rules, *self.skipped):
            if not any(fnmatchcase(rule, pattern) for rule in known):
                raise _unknown(pattern, known)
        if not any(map(self.takes, known)):
            raise UnknownRule("no rule is left to judge by", remedy="--skip-rule leaves nothing of --rule: name fewer")


ALL_RULES = Selection()


def is_pattern(rule: str) -> bool:
    """Whether it may stand for several rules."""
    return any(sign in rule for sign in _SIGNS)


def _separated(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for value in values for one in value.split(",") if one.strip()))


def _matches(rule: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(rule, pattern) for pattern in patterns)


def _unknown(pattern: str, known: Collection[str]) -> UnknownRule:
    plain = pattern.upper().translate({ord(sign): None for sign in f"{_SIGNS}]"})
    near = get_close_matches(plain, sorted(known), _NEAREST, cutoff=0.5)
    what = "no rule matches the pattern" if is_pattern(pattern) else "there is no rule"
    return UnknownRule(
        f"{what} {pattern}", remedy=f"did you mean {' or '.join(near)}?" if near else "`tap comply --verbose` names ids"
    )
