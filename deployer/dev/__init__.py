"""`tap dev`: each change of a stack or its functions is deployed, tried with a sample, and seen in the logs."""
