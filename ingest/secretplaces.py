"""Secrets from their three places: a systemd credential, a file, the environment. Never from the
configuration itself, never in a message.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from ingest.errors import ConfigError

ENV_PREFIX = "MAILROOM_"
SECRET_KEYS = frozenset({"password", "client_secret", "objects_secret"})


@dataclass(frozen=True)
class SecretPlace:
    """Where a secret is looked for: systemd credential, else a file, else the environment."""

    section: str
    key: str

    @property
    def credential(self) -> str:
        """Its name among the credentials of systemd."""
        return f"{self.section}-{self.key}".replace("_", "-")

    def read(self, file: Path | None, environment: SecretStr | None) -> str:
        """The secret.

        Raises:
            ConfigError: when none of the three is there; no secret is ever part of the message.
        """
        path = self.credential_file() or file
        if path is not None:
            return self._content(path)
        if environment is not None:
            return environment.get_secret_value()
        raise ConfigError(
            f"[{self.section}] 没有密码",
            f"用 systemd 凭据 {self.credential}、{self.key}_file 或环境变量 {self.variable}",
        )

    def credential_file(self) -> Path | None:
        """The credential that systemd hands over; None when it does not."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        path = Path(folder) / self.credential if folder else None
        return path if path is not None and path.is_file() else None

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"{ENV_PREFIX}{self.section}__{self.key}".upper()

    def _content(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip("\r\n")
        except OSError as error:
            raise ConfigError(
                f"读不了 [{self.section}] 的密码文件 {path}: {error.strerror}",
                "检查路径和权限(应为 0600)",
            ) from error
        except UnicodeDecodeError:  # it holds the bytes of the secret: not even kept as the cause
            raise ConfigError(
                f"[{self.section}] 的密码文件 {path} 不是文字", "文件要用 UTF-8 编码"
            ) from None


def secret(
    section: str, file: Path | None, environment: SecretStr | None, word: str = "password"
) -> str:
    """A password. Raises ConfigError when there is none."""
    return SecretPlace(section, word).read(file, environment)
