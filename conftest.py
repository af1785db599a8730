"""How hard the suite searches, where it is asked to."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=5_000, deadline=None)
