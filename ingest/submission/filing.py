"""What becomes of a mail that has been read. Pure: values in, what is to be done out."""

from __future__ import annotations

from ingest.reading import Kind, Reading
from ingest.submission.case import parts_of_matter
from ingest.submission.sender import own_text

_PICTURES = (Kind.JPEG, Kind.PNG, Kind.IMAGE)


def brings_papers(reading: Reading) -> bool:
    """Whether a mail carries files that are no pictures: an office's own system may send its
    application.
    """
    return any(part.kind not in _PICTURES for part in parts_of_matter(reading))


def is_blank(reading: Reading) -> bool:
    """Whether a mail without attachments says nothing either: no request that could be answered
    (RFC 3834 section 2).
    """
    return not reading.envelope.subject.strip() and not own_text(reading.text).strip()
