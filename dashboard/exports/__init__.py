"""What can be exported: one table."""
