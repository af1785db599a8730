"""What the functions share on the way to AWS: objects, reports, and errors by name. Clients are passed in."""
