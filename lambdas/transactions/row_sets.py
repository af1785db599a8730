"""Sets of the rows of one file, small enough for any file. Used by `engine` and `vectorised`."""


class Rows:
    """A set of rows, a bit each."""

    def __init__(self, rows: int) -> None:
        self._bits = bytearray(rows // 8 + 1)
        self.count = 0

    def add(self, row: int) -> None:
        """Add one that is not in it yet."""
        self._bits[row >> 3] |= 128 >> (row & 7)
        self.count += 1

    def __contains__(self, row: int) -> bool:
        return bool(self._bits[row >> 3] & 128 >> (row & 7))

    def __bytes__(self) -> bytes:
        return bytes(self._bits)
