"""The business: rules, records and use cases. Imports no web, vendor or user interface library."""
