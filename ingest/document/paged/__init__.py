"""Files made of pages: PDF, OFD, pictures. Runs in the disposable worker only."""
