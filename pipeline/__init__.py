"""What is particular to the transactions: the client of a deployed pipeline, and what people do with its files.

Built on the engine in deployer/, which knows nothing of it.
"""
