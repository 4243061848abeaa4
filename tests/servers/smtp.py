"""SMTP servers on loopback: the demo's own sink with encryption and login, and clients
that fit it.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from ingest.demo.smtp_sink import SmtpSink
from notifier.smtp import SmtpTransport
from tests.servers.certificates import Certificates

ACCOUNT, PASSWORD = "office@example.invalid", "correct-horse"


def server_context(certificates: Certificates) -> ssl.SSLContext:
    """TLS as the server side of ``certificates``."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    return context


def transport_to(sink: SmtpSink, ca_file: Path | None = None, **changes: Any) -> SmtpTransport:
    """Our own client for a sink, impatient as tests are."""
    settings: dict[str, Any] = {
        "host": sink.host,
        "port": sink.port,
        "security": "none",
        "ca_file": ca_file,
        "timeout": 5.0,
        "final_timeout": 5.0,
    }
    return SmtpTransport(**(settings | changes))
