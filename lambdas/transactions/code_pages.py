"""What a text that is not UTF-8 seems to be instead. Used by `dialect`, for advice alone."""

_PAGE = "windows-1252"  # what Windows writes in western Europe and the Americas
_IN_WORDS = "\u2018\u2019\u2013"  # two quotes as apostrophes, and a dash
_AROUND = 24  # bytes on each side of the one that is not UTF-8


def advice(content: bytes, at: int) -> str:
    """What the text around a byte would be in another code page, for people to see if it is right; "" if it can't be.

    A byte that is no ASCII is mostly a letter: as punctuation within a word it is a sign of yet another code page.
    """
    before = content[max(0, at - _AROUND) : at].replace(b"\r", b"\n").rpartition(b"\n")[2]
    behind = content[at : at + _AROUND].replace(b"\r", b"\n").partition(b"\n")[0]
    try:
        text = (before + behind).decode(_PAGE)
    except UnicodeDecodeError:
        return ""
    if not all(map(_is_likely, f" {text}", text, f"{text[1:]} ")):
        return ""
    return f'in {_PAGE} it reads {text.strip()!r}: if that is right, state "dialect": {{"encoding": "{_PAGE}"}}'


def _is_likely(before: str, here: str, behind: str) -> bool:
    """Whether a character can stand between two others."""
    if here.isascii():
        return here >= " " or here == "\t"
    return here.isprintable() and (here.isalpha() or here in _IN_WORDS or not (before.isalpha() and behind.isalpha()))
