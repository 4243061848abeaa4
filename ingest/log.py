"""How the program speaks to the journal: one line an event, key=value, on standard error. No
personal data.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from ingest.clock import SystemClock
from rules.vocabulary import BEIJING

if TYPE_CHECKING:
    import structlog


class Bridge(logging.Handler):
    """What libraries report, as one line of ours; not their traceback, which may quote a mail."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line; a failure to write it is nobody's business."""
        words = record.getMessage().splitlines()
        log = get_logger().error if record.levelno >= logging.ERROR else get_logger().warning
        log("library", name=record.name, said=words[0][:200] if words else "")


def configure(*, verbose: bool = False) -> None:
    """Set up logging for this process: human-readable on a terminal, key=value for the journal."""
    import structlog  # noqa: PLC0415 - a command that only looks at files writes no log

    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.KeyValueRenderer(key_order=["at", "level", "event"])
    )
    stamp: list[Any] = [] if sys.stderr.isatty() else [_stamped]
    logging.getLogger().handlers[:] = [Bridge(logging.WARNING)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *stamp,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.DEBUG if verbose else logging.INFO,
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _stamped(logger: Any, method: str, line: dict[str, Any]) -> dict[str, Any]:
    """The line with its instant, Beijing time: files are read long afterwards."""
    del logger, method
    return {
        "at": SystemClock().now().astimezone(BEIJING).isoformat(timespec="milliseconds"),
        **line,
    }


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """The logger every step uses."""
    import structlog  # noqa: PLC0415 - a command that only looks at files writes no log

    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
