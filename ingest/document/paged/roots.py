"""The certificates that signatures of PDFs are trusted by: whether a file holds any, and which.
Runs in the disposable worker.

Apart from ``signatures.py``, which loads half a second of pyHanko to verify.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from asn1crypto import pem, x509

BROKEN = (
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    NameError,
    AssertionError,
    NotImplementedError,
    ArithmeticError,
    RecursionError,
)
"""What asn1crypto, and what stands on it, was seen to raise on broken structures."""


class BadRootError(Exception):
    """A file holds no certificate that could be a root; the message is one Chinese sentence."""


def check_root(data: bytes) -> None:
    """Look whether ``data`` (PEM, any number of certificates, or DER) can be used as roots.

    Raises:
        BadRootError: it cannot.
    """
    try:
        readable = [certificate.subject.native for certificate in _certificates(data)]
    except BROKEN as error:
        raise BadRootError("不是 PEM 或 DER 格式的证书") from error
    if not readable:
        raise BadRootError("里面没有证书")


def _certificates(data: bytes) -> list[x509.Certificate]:
    ders = [data]
    if pem.detect(data):
        armoured = pem.unarmor(data, multiple=True)
        ders = [der for kind, _, der in armoured if kind == "CERTIFICATE"]
    return [x509.Certificate.load(der, strict=True) for der in ders]


def usable(roots: Sequence[bytes]) -> Iterator[x509.Certificate]:
    """The roots that can be read; ``mailroom check`` names the others."""
    for data in roots:
        try:
            check_root(data)
        except BadRootError:
            continue
        yield from _certificates(data)
