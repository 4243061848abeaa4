"""What reading a mail needs to know beside the mail and the call. Light: the parent process makes
it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingContext:
    """Settings that travel to the worker."""

    own_addresses: tuple[str, ...] = ()  #: lower case
    staff_addresses: tuple[str, ...] = ()  #: lower case
    trusted_authserv_ids: tuple[str, ...] = ()
    unpacked_bytes: int = 500 * 1024**2  #: all archives of one mail together
    entries: int = 500  #: files in all archives of one mail together
    depth: int = 4  #: archives inside archives
    read_documents: bool = True  #: off when a first attempt died: parts are only listed
    unread_reason: str = (
        "读取时超出限制, 没有读完, 由人工查看"  #: given to parts when documents are not read
    )
    #: certificates (PEM or DER) that signatures of PDFs may lead to
    trust_roots: tuple[bytes, ...] = ()
    ocr_seconds: int = 0  #: for the print on all scans of one mail together; 0: scans are not read
