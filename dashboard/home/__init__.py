"""Parts of the homeowner's page: what it says, what it draws, and how often it may change."""
