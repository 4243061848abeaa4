"""A time stamp authority of our own on loopback: OpenSSL answers, a small HTTP server carries it."""

from __future__ import annotations

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Self

_TSA = """\
[ tsa ]
default_tsa = ours
[ ours ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""
_EXTENSIONS = "extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"


def _openssl(*line: str | Path) -> None:
    done = subprocess.run(["openssl", *line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class TimestampAuthority:
    """``root`` is its root certificate, ``url`` where it answers; ``answer`` replaces what it says."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder, self.root = folder, folder / "root.pem"
        self.answer: bytes | None = None
        self.asked: list[bytes] = []
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        _openssl("req", "-x509", *key, "-keyout", folder / "root.key", "-out", self.root,
                 "-subj", "/CN=root", "-days", "30")  # fmt: skip
        _openssl("req", "-new", *key, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
                 "-subj", "/CN=tsa")  # fmt: skip
        (folder / "extensions").write_text(_EXTENSIONS)
        _openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", self.root, "-CAkey",
                 folder / "root.key", "-CAcreateserial", "-days", "30", "-extfile",
                 folder / "extensions", "-out", folder / "tsa.pem")  # fmt: skip
        (folder / "serial").write_text("01\n")
        (folder / "tsa.conf").write_text(_TSA.format(folder=folder))

    def reply(self, query: bytes) -> bytes:
        """What it says to a query."""
        self.asked.append(query)
        if self.answer is not None:
            return self.answer
        (self._folder / "query").write_bytes(query)
        _openssl("ts", "-reply", "-config", self._folder / "tsa.conf", "-queryfile",
                 self._folder / "query", "-out", self._folder / "reply")  # fmt: skip
        return (self._folder / "reply").read_bytes()

    def __enter__(self) -> Self:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
