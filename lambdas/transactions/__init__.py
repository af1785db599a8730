"""The domain, pure: what a file, a row and an amount are, how they are judged, and where results lie.

Used by the Lambdas, by `tap validate` and by the tests. No AWS SDK in here: clients live in `aws_io` and the handlers.
"""
