"""The domain: values in, values out.

No I/O, no clock, no log, no database may come in here (held by import-linter).
"""
