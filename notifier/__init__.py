"""From verdict to letter to delivered mail; knows nothing of ``ingest``."""
