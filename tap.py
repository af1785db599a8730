"""Synthesises the stack from the settings in the environment: `cdktf.json` and the deployer run it."""

import sys

from deployer.settings import SettingsError
from stack.errors import StackError
from stack.settings import Settings
from stack.tap_stack import synthesise

if __name__ == "__main__":
    try:
        synthesise(Settings.load())
    except (SettingsError, StackError) as error:
        sys.exit(f"The stack can't be synthesised.\n{error}")
