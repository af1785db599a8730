"""A synthesis from an earlier one that differs in the code of functions alone, without running the stack.

synthesis.py asks for it where the project says how its packages are made, and which inputs are only code (`packages`
and `code` in `[tool.tap]`). The result is byte for byte what the stack itself would make, as CDKTF names an asset by
its content; where an earlier one is not named so, or anything else does not fit, the stack is run.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from deployer.deploy.packages import packages_in
from deployer.stack_file import STACK_FILE, stack_document


def derive(base: Path, out: Path, packages: Iterable[Path]) -> bool:
    """Write into `out`, which is not there yet, the synthesis `base` with these ZIPs in the place of its own.

    Each takes the place of the one of its name. False, and nothing is there, where that can't be done.
    """
    stacks = [file.parent for file in base.glob(f"stacks/*/{STACK_FILE}")]
    new = {package.name: package for package in packages}
    held = [stacks[0] / file for file in packages_in(stack_document(stacks[0])).values()] if len(stacks) == 1 else []
    if sorted(file.name for file in held) != sorted(new) or not all(map(_is_named_by_content, held)):
        return False
    shutil.copytree(base, out, copy_function=_linked)
    stack = out / stacks[0].relative_to(base)
    text = (stack / STACK_FILE).read_text("utf-8")
    for old in held:
        was = old.parent.relative_to(stacks[0])
        now = was.with_name(_name_of(new[old.name]))
        if now != was:
            shutil.rmtree(stack / was)
            (stack / now).mkdir()
            _linked(new[old.name], stack / now / old.name)
            text = text.replace(was.as_posix(), now.as_posix())
    (stack / STACK_FILE).unlink()  # which is the base's own file, by a link
    (stack / STACK_FILE).write_text(text, "utf-8")
    return True


def _is_named_by_content(file: Path) -> bool:
    return file.is_file() and file.parent.name == _name_of(file)


def _name_of(file: Path) -> str:
    """CDKTF's, in hashPath of its private/fs.js: MD5, which tells apart and protects nothing."""
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest().upper()


def _linked(source: str | Path, target: str | Path) -> None:
    """A second name of a file that nobody writes to; where the disk has none, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
