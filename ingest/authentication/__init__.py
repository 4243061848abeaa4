"""Email authentication (RFC 8601) as evidence for staff: DKIM and DMARC of a stored mail."""
