"""Names that are evaluated when they are asked for: variables, locals, and the outputs of modules."""

from collections.abc import Callable, Iterable
from typing import Any

from deployer.compliance.hcl.values import Unknown


class Lazy:
    """`make` evaluates a name; one that refers to itself is unknown. `names`: all there are, None if nobody knows."""

    def __init__(self, make: Callable[[str], Any], text: str, names: Iterable[str] | None = None) -> None:
        self._make, self._text, self._names = make, text, names
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = Unknown(f"{self._text}.{name}")
            self._known[name] = self._make(name)
        return self._known[name]

    def __iter__(self) -> Any:
        """Without it, Python would ask for 0, 1, 2 and so on, of which each is there."""
        raise TypeError(f"{self._text} is no collection")

    def settled(self) -> Any:
        """All names as a map; unknown where nobody knows which there are."""
        if self._names is None:
            return Unknown(self._text)
        return {name: settled(self[name]) for name in self._names}


def settled(value: Any) -> Any:
    """A value with nothing lazy in it: instances of a module are a list or a map of lazy ones."""
    if isinstance(value, Lazy):
        return value.settled()
    if isinstance(value, list) and value and isinstance(value[0], Lazy):
        return [settled(one) for one in value]
    if isinstance(value, dict) and any(isinstance(one, Lazy) for one in value.values()):
        return {key: settled(one) for key, one in value.items()}
    return value
