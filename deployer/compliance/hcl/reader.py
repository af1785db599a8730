"""The parser's place in a text: blanks, comments, and what is wrong on which line. The parsers build on it."""

import re

_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"[ \t\r]+")
_LINES = re.compile(r"[ \t\r\n]+")


class SyntaxWrong(ValueError):  # noqa: N818 - says what happened
    """A text is not Terraform's language, and on which line."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {what}" if line else what)
        self.line = line


class Reader:
    """A text and a place in it. Within brackets (`nesting`) a line's end is a blank. `first`: the text's first line."""

    def __init__(self, text: str, first: int = 1) -> None:
        self.text, self.at, self.nesting, self.first = text, 0, 0, first
        self._counted = (0, first)

    def blanks(self, *, newlines: bool = False) -> None:
        """Go beyond blanks and comments."""
        pattern = _LINES if newlines or self.nesting else _BLANKS
        while match := pattern.match(self.text, self.at) or _COMMENT.match(self.text, self.at):
            self.at = match.end()

    def peek(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def comes(self, what: str) -> bool:
        """Whether `what` is next beyond the blanks."""
        self.blanks()
        return self.peek(what)

    def took(self, what: str) -> bool:
        """Whether `what` comes next; then it is taken."""
        self.blanks()
        if not self.peek(what):
            return False
        self.at += len(what)
        return True

    def take(self, what: str) -> None:
        if not self.took(what):
            raise self.wrong(f"expected {what}")

    def word(self, pattern: re.Pattern[str]) -> str:
        """What matches here, else blank."""
        self.blanks()
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match[0] if match else ""

    def since(self, start: int) -> str:
        """The source from `start` to here, on one line and without comments outside of strings."""
        source = self.text[start : self.at].strip()
        if "#" not in source and "//" not in source and "/*" not in source:
            return _LINES.sub(" ", source)
        return _LINES.sub(" ", _STRINGS_AND_COMMENTS.sub(lambda match: match["string"] or " ", source))

    def line(self) -> int:
        """The line of this place, counted on from where it was last asked for: from the start each time, it is n²."""
        start, lines = self._counted if self._counted[0] <= self.at else (0, self.first)
        self._counted = (self.at, lines + self.text.count("\n", start, self.at))
        return self._counted[1]

    def wrong(self, what: str) -> SyntaxWrong:
        found = self.text[self.at : self.at + 20].split("\n")[0]
        return SyntaxWrong(f"{what}, found {found!r}" if found else what, self.line())


_STRINGS_AND_COMMENTS = re.compile(rf'(?P<string>"(?:\\.|[^"\\\n])*")|{_COMMENT.pattern}', re.DOTALL)
