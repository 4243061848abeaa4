"""What the fork servers import once, before they fork the first worker. Nothing imports from here:
``ingest/sandbox/server.py`` names the modules in words.
"""
