"""Rule files at work: read and checked as files, tried as candidates, reported on, replayed,
explained, printed as a handbook.
"""
