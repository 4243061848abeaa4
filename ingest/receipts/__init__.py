"""What this office signs and how it knows its own letters again."""
