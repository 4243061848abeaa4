"""What is printed on scanned pages: reading it, and what is asked of the reader."""
