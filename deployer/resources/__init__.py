"""What an environment consists of in an account, with or without Terraform's state: found, adopted, removed."""
