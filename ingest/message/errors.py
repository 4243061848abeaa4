"""The one error of reading a mail. Light on purpose:
the parent process imports it, never the parser.
"""

from __future__ import annotations

from ingest.errors import InputError


class UnreadableMessage(InputError):  # noqa: N818 - named for what it is
    """The bytes are no mail, or a mail built to break parsers: the step sets it aside for staff."""
