"""Which form a document is, and what stands in its fields. No file is opened here."""
