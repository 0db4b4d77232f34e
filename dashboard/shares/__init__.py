"""Links that open without a sign-in: their page, and where they are made and taken back."""
