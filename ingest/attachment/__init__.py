"""Attached files: what they are, what lies inside them.
Nothing is written to disk, nothing fetched.
"""
