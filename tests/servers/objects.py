"""A real S3 server on loopback (``rclone serve s3``), which keeps each object as a plain file: a test
can damage one, forbid writing, or kill the server.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from ingest.settings import StoreSettings
from tests.servers.ports import free_port

KEY_ID, SECRET, BUCKET = "MAILROOM", "not-a-real-secret", "mailroom"


class ObjectServer:
    """``root`` holds a folder for each bucket; ``endpoint`` is where it answers."""

    def __init__(self, root: Path) -> None:
        self.root, self.port = root, free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        (root / BUCKET).mkdir(parents=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer, at the same place as before."""
        # An environment of its own: no configuration and no credentials of whoever runs the tests.
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("rclone"), "serve", "s3", "--auth-key",
             f"{KEY_ID},{SECRET}", "--addr", f"127.0.0.1:{self.port}", "--config", os.devnull,
             self.root],
            env={"PATH": os.environ["PATH"], "HOME": str(self.root)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(200):
            if self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError("the S3 server does not answer")

    def stop(self) -> None:
        """Die, as a machine does."""
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def settings(self, folder: Path, prefix: str, **more: object) -> StoreSettings:
        """A store in ``folder`` with its mails in the bucket, below ``prefix``."""
        secret = folder / "objects.secret"
        folder.mkdir(parents=True, exist_ok=True)
        secret.write_text(SECRET)
        said: dict[str, object] = {
            "database": f"sqlite:///{folder / 'mailroom.db'}",
            "files": f"s3://{BUCKET}/{prefix}",
            "local": folder / "files",
            "objects_endpoint": self.endpoint,
            "objects_key_id": KEY_ID,
            "objects_secret_file": secret,
        }
        return StoreSettings.model_validate(said | more)

    def objects(self, prefix: str) -> dict[str, Path]:
        """Every object below a prefix by its name, as the server keeps it."""
        top = self.root / BUCKET / prefix
        return {str(path.relative_to(top)): path for path in top.rglob("*") if path.is_file()}
