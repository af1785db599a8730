"""What people see of a command at work: progress, tables, and the standard streams."""
