"""What answers as AWS: a live account, LocalStack, or the embedded AWS."""
