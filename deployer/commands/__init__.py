"""The commands of `tap`, by what they are about. Each turns options into a call, and its result into text or JSON."""
