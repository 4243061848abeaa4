"""The first evening of an office: its configuration, its first call. Nothing is served here."""
