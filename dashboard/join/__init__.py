"""From an address to an account: what somebody does who is not signed in yet, and their first steps afterwards."""
