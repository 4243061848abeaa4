"""Errors by whose fault they are: the administrator's or the world's. Ours is every other
exception.

An applicant's fault is never an exception but a finding.
"""

from __future__ import annotations

from ingest.exitcodes import ExitCode


class MailroomError(Exception):
    """Anything the command line shows as one line, without a traceback."""

    exit_code = ExitCode.SOFTWARE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n    提示: {self.hint}" if self.hint else self.message


class ConfigError(MailroomError):
    """Something in the configuration cannot be used; the message names file, line and the mend."""

    exit_code = ExitCode.CONFIGURATION


class InputError(MailroomError):
    """A file named on the command line is missing or cannot be read."""

    exit_code = ExitCode.BAD_INPUT


class OutputError(MailroomError):
    """A file or folder that the command line asks for cannot be written."""

    exit_code = ExitCode.CANNOT_CREATE


class UsageError(MailroomError):
    """The command line asks for something that does not exist."""

    exit_code = ExitCode.USAGE


class TemporaryError(MailroomError):
    """Trouble of the world that may be gone next time: retried by the daemon, 75 with
    ``--once``.
    """

    exit_code = ExitCode.TEMPORARY


class UnavailableError(TemporaryError):
    """A server cannot be reached at all."""

    exit_code = ExitCode.UNAVAILABLE


class ServerBusyError(TemporaryError):
    """A server says that we come too often, or that it is too busy: to be left alone for a quarter
    of an hour.
    """


class StoreBusyError(TemporaryError):
    """Database or object store cannot take or give it now: no trouble of the servers that hold mail
    or take it, which need not be left alone for that.
    """


class StoreAwayError(UnavailableError, StoreBusyError):
    """The same, because they cannot be reached at all."""


class LoginRefusedError(MailroomError):
    """A server refuses our password; never retried by itself, because that leads to a lock-out."""

    exit_code = ExitCode.LOGIN_REFUSED


class StorageError(MailroomError):
    """The disk or the database does not take what must be kept."""

    exit_code = ExitCode.IO_ERROR
