"""What can go wrong while the stack is built. `tap.py` and the deployer show the message; it says what to do."""


class StackError(Exception):
    """The stack can't be synthesised; the message says what happened, where, and what mends it."""
