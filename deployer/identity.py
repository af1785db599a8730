"""How the resources of one environment are told from all others in the account: by tags, and the suffix in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from deployer.errors import SynthesisFailed
from deployer.paths import Paths
from deployer.project import SUFFIX, TABLE, Project

EXPIRES = "ExpiresAt"  # the tag that says when `tap cleanup --expired` may remove an environment, ISO 8601


@dataclass(frozen=True)
class Identity:
    """The environment's suffix, and the project's tags, with `{suffix}` in at least one value.

    Without tags of the project's, all default tags of the stack's provider count together: the more tags, the fewer
    strangers have them. A blank suffix stands for one that is not known.
    """

    suffix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, suffix: str, paths: Paths) -> Self:
        """That of an environment of the project."""
        return cls(suffix, Project.at(paths.root).tags)

    def among(self, given: Mapping[str, str]) -> dict[str, str]:
        """Of the tags that all resources are given, those that say whose they are.

        Raises:
            SynthesisFailed: they don't say it.
        """
        if not self.tags:
            return self._all(given)
        lacking = [name for name, value in self.tags.items() if not self._says(value, given.get(name, ""))]
        if lacking:
            raise _unknown(f"the provider's default tags lack {', '.join(lacking)}, which `tags` in {TABLE} names")
        return {name: given[name] for name in self.tags}

    def _says(self, wanted: str, value: str) -> bool:
        return value == wanted.replace(SUFFIX, self.suffix) if self.suffix else bool(value)

    def _all(self, given: Mapping[str, str]) -> dict[str, str]:
        """But for the one that changes with each deployment."""
        found = {name: value for name, value in given.items() if name != EXPIRES}
        if not found or (self.suffix and not any(SUFFIX in templated(value, self.suffix) for value in found.values())):
            raise _unknown("none of the provider's default tags holds the environment's suffix")
        return found

    def templates(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """What `among` gives, with `{suffix}` in the suffix's place."""
        return self.tags or {name: templated(value, self.suffix) for name, value in self._all(given).items()}

    def suffix_in(self, tags: Mapping[str, str]) -> str:
        """The suffix of the environment of this project that these tags are of; blank where they are of none."""
        found = set()
        for name, value in self.tags.items():
            before, told, after = value.partition(SUFFIX)
            pattern = f"{re.escape(before)}{f'(.+){re.escape(after)}' if told else ''}"
            match = re.fullmatch(pattern, tags.get(name, ""))
            if not match:
                return ""
            found |= set(match.groups())
        return found.pop() if len(found) == 1 else ""


ANY = Identity()  # where nobody knows the environment


def templated(text: str, suffix: str) -> str:
    """A name or a value with `{suffix}` where the suffix stands last as a word of its own."""
    found = list(re.finditer(rf"(?<![A-Za-z0-9]){re.escape(suffix)}(?![A-Za-z0-9])", text)) if suffix else []
    return f"{text[: found[-1].start()]}{SUFFIX}{text[found[-1].end() :]}" if found else text


def _unknown(why: str) -> SynthesisFailed:
    return SynthesisFailed(
        "the tags of the stack don't say whose its resources are",
        remedy="give the provider default tags that name the project and the environment, such as "
        f'Project = "mine" and Environment = the suffix; {TABLE} says which ones count: '
        'tags = { Project = "mine", Environment = "{suffix}" }',
        details=(why,),
    )
