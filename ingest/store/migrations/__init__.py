"""The steps by which the database's schema came to be; run by ``Database.migrate``, packaged with
the program.
"""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every step, oldest first. Named here so that a command that only looks need not load Alembic
(held to the files by tests/migration/test_schema.py)."""
