"""Documents with prose of people's and parts of the program's: a line `<!-- name arguments -->` is filled in."""

import re
from collections.abc import Callable, Mapping

CONTENTS = "[All pages](index.md)\n"  # how each page of docs/ ends
_PART = re.compile(r"^<!-- (\w+)(?: (\S+)(?: (.+))?)? -->\n", re.MULTILINE)


def filled(template: str, parts: Mapping[str, Callable[[str, str], str]]) -> str:
    """The template with the text of each part, which is given the two arguments of its line, or blanks.

    Raises:
        KeyError: the template names a part that is not there.
    """
    return _PART.sub(lambda found: parts[found[1]](found[2] or "", found[3] or ""), template)
