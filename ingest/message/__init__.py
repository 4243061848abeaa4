"""Mail: bytes taken apart, decoded and screened. No file, socket or database is touched in here."""
