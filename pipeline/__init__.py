"""What is particular to the transactions: the client of a deployed pipeline, and what people do with it. Built on the engine
in deployer/, which knows nothing of it."""
