"""No rule: Checkov loads it as a folder of rules, in which what it looks up in AWS's actions is not looked up again.

Its library keeps the last thousand answers, and a policy with NotAction asks for 18,000, in the same order each time.
"""
