"""Documents: what is in a Word form, what is in a PDF, and whether it is stamped.
No mail, no database, no rules.
"""
