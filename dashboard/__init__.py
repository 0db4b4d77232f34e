"""Everything a person or a program touches; no business rule lives here."""
