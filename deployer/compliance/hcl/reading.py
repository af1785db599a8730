"""One reading of a folder: which files may be read, how much may be made of them, and what could not be judged.

Shared by all evaluators of a reading. The folder may be anybody's: a few lines that unfold without bounds, or name a
file elsewhere on this machine, cost the block they stand in, and nothing else.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployer.compliance.errors import NotTerraform
from deployer.compliance.hcl.values import weight
from deployer.compliance.judgement import NotJudged
from deployer.errors import TapError

STEPS = 20_000_000  # what one block may cost: expressions evaluated, and items and characters made by them
LARGEST = 1_000_000  # items and characters of one value, and bytes of a file that is read into an expression
ALTOGETHER = 100_000_000  # items and characters of all that a reading comes to
_EVERY_RULE = "*"


class TooLarge(Exception):  # noqa: N818 - says what happened
    """A value that is larger than any that people write."""


class Wrong(ValueError):  # noqa: N818 - says what happened
    """A block that Terraform would not take either."""


class Refused(OSError):  # noqa: N818 - says what happened
    """A file that the configuration may not read."""


@dataclass(frozen=True)
class Place:
    """A block: its address, its file as people are told it, and its line from 1."""

    address: str = ""
    file: str = ""
    line: int = 0


class Reading:
    """`base` is what files are told relative to; below `root` they may be read, nowhere where it is None."""

    def __init__(self, base: Path | None = None, root: Path | None = None) -> None:
        self.base, self.root = base, root
        self.notes: dict[NotJudged, None] = {}  # each once, in order
        self._place, self._left, self._made = Place(), STEPS, 0

    @contextmanager
    def of(self, address: str, file: str = "", line: int = 0) -> Iterator[None]:
        """What goes wrong in the `with` block is a note on that block of the configuration, and goes no further."""
        before, self._place, self._left = self._place, Place(address, self.shown(file), line), STEPS
        try:
            yield
        except NotTerraform as error:
            self.fault(error.what)
        except TapError:
            raise
        except (TooLarge, Wrong) as error:
            self.fault(str(error))
        except Exception as error:
            self.fault(f"it can't be evaluated: {type(error).__name__}: {error}"[:300])
        finally:
            self._place, self._left = before, STEPS

    @property
    def faults(self) -> list[NotJudged]:
        """What should have been judged, and was not."""
        return [one for one in self.notes if one.is_fault]

    def fault(self, reason: str, place: Place | None = None) -> None:
        """Note what should have been judged, and was not."""
        self._note(NotJudged(_EVERY_RULE, reason, is_fault=True), place)

    def note(self, reason: str, place: Place | None = None) -> None:
        """Note what nobody expects to be judged, or who judges it can't know."""
        self._note(NotJudged(_EVERY_RULE, reason), place)

    def _note(self, what: NotJudged, place: Place | None) -> None:
        at = place or self._place
        self.notes[replace(what, resource=at.address, file=at.file, line=at.line)] = None

    def spend(self, steps: int = 1) -> None:
        """Raises TooLarge where the block has cost too much."""
        self._left -= steps
        if self._left < 0:
            raise TooLarge(f"evaluating it takes more than {STEPS:,} steps")

    def weighed(self, value: Any, most: int = LARGEST) -> int:
        """The value's weight, which is spent. Raises TooLarge."""
        found = weight(value, most) if isinstance(value, dict | list) else len(value) if isinstance(value, str) else 1
        if found > most:
            raise TooLarge(f"a value in it comes to more than {LARGEST:,} items and characters")
        self.spend(found)
        return found

    def keep(self, value: Any) -> None:
        """Count what becomes part of the answer. Raises TooLarge where all of it together is too much."""
        self._made += self.weighed(value)
        if self._made > ALTOGETHER:
            raise TooLarge(f"all together come to more than {ALTOGETHER:,} items and characters")

    def file(self, folder: Path | None, name: str) -> Path:
        """A file that an expression names. Raises Refused where it may not be read, with a note."""
        if self.root is None or folder is None:
            raise Refused(name)
        path = (folder / name).resolve()
        if not path.is_relative_to(self.root):
            self.note(f'"{name}" is outside of the judged folder, and not read; --root names a folder to read from')
            raise Refused(name)
        return path

    def text(self, folder: Path | None, name: str) -> str:
        """The text of a file that an expression names. Raises OSError, Refused among them, and UnicodeDecodeError."""
        path = self.file(folder, name)
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise OSError(name)
        return path.read_text(encoding="utf-8")

    def shown(self, file: str | Path) -> str:
        """A file as people are told it."""
        return Path(os.path.relpath(file, self.base)).as_posix() if file and self.base else str(file)
