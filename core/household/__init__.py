"""What a household asks and tells on its own page: keep off, visit reports, problems, notes.

Its modules are imported by their own names: reads of the database need its values without its desks.
"""
