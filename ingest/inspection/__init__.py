"""Single mails, files and blank forms looked at without any state."""
