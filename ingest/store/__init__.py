"""What is kept: the raw mails as files, everything known of them in a database."""
