"""What the functions of a stack log: found, followed as it comes, and written for people."""
