"""Which single-byte code page a text that is not UTF-8 may be in. Used by `sample`.

Nothing can prove it: every byte means something in most of them. A page is plausible where the characters that it makes
stand as they stand in words. The first of the most plausible, in the order of their spread, is proposed, and the words
that it makes are shown to a person. (charset-normalizer, which goes by the statistics of languages, was measured on
short bank files in German and French: it took windows-1250 for each that was windows-1252.)
"""

import re
import unicodedata

# the West first, then by alphabet; Windows' own before what other systems wrote
PAGES = ("windows-1252", "windows-1251", "windows-1253", "windows-1250", "iso-8859-2", "cp850", "mac-roman", "cp437")
_ALPHABETS = {"windows-1251": "CYRILLIC", "windows-1253": "GREEK"}  # of the others: LATIN
_EASTERN = ("windows-1250", "iso-8859-2")
_SIGNS = frozenset("€£¥¢§°´–—„“”‚‘’«»…·•™®©\u00a0±²³½¼ªº¿¡×")  # noqa: RUF001 - the very signs
_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]*[\x80-\xff][0-9A-Za-z\x80-\xff]*")
_LOOKED_AT = 2000  # words
_SHOWN = 3  # words


def code_page(content: bytes) -> tuple[str, str] | None:
    """The page, and some of the words that it makes of bytes that are not ASCII; None where none makes words."""
    words = list(dict.fromkeys(_WORD.findall(content)))[:_LOOKED_AT]
    pages = {page: made for page in PAGES if (made := _made(words, page)) is not None}
    strange = {page: sum(not _is_plausible(word, page) for word in made) for page, made in pages.items()}
    best = min(strange, key=lambda page: strange[page], default=None)
    if best is None or strange[best] * 5 > len(words):
        return None
    letters = [word for word in pages[best] if any(one.isalpha() and not one.isascii() for one in word)]
    return best, ", ".join(f"'{word[:30]}'" for word in (letters or pages[best])[:_SHOWN])


def _made(words: list[bytes], page: str) -> list[str] | None:
    try:
        return [word.decode(page) for word in words]
    except UnicodeDecodeError:
        return None


def _is_plausible(word: str, page: str) -> bool:
    """Letters of one alphabet, in the cases that words have, with signs of text before and behind them."""
    beyond = [one for one in word if not one.isascii() and one not in _SIGNS]
    alphabet = _ALPHABETS.get(page, "LATIN")
    if not all(one.isalpha() and unicodedata.name(one, "").startswith(alphabet) for one in beyond):
        return False
    if any(_is_odd(*three) for three in zip(f" {word}", word, f"{word[1:]} ", strict=False)):
        return False
    if alphabet != "LATIN":
        return not beyond or not any(one.isascii() and one.isalpha() for one in word)
    return page in _EASTERN or len(beyond) <= 2 or len(beyond) * 2 <= len(word)  # western words are not all accents


def _is_odd(before: str, one: str, behind: str) -> bool:
    """A capital after a small letter, or a sign between two letters."""
    if one in _SIGNS and one not in "\u2019\u00b7":
        return before.isalpha() and behind.isalpha()
    return before.islower() and one.isupper() and not (before + one).isascii() and before != "ß"
