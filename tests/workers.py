"""What pytest-xdist does for each of ten thousand tests beside running it, and need not: a plugin for
the one who deals tests out and for its workers. A third of what such a test cost by itself.

It changes neither which tests are run nor where, nor what is said of one that went wrong.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling


class Forgetful(LoadGroupScheduling):
    """Deals out as usual. What a worker has finished is not kept: after each test all of it would be
    counted again.
    """

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        units = self.assigned_work[node]
        unit = self._split_scope(self.registered_collections[node][item_index])
        if all(units[unit].values()):
            del units[unit]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Forgetful | None:
    """For the way of dealing out that ``make test`` asks for."""
    return Forgetful(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker: it tells less."""
    if session.config.getoption("durations") is None:
        for plugin in session.config.pluginmanager.get_plugins():
            if type(plugin).__name__ == "WorkerInteractor":  # sent over the wire, never imported
                _tell_less(plugin)


def _tell_less(worker: Any) -> None:
    """That a test begins, and that setting it up and clearing up went well, nobody asks for: half of
    all messages, and each wakes another process.
    """
    send = worker.sendevent

    def sendevent(name: str, **said: Any) -> None:
        if name != "logstart" and not (name == "testreport" and _is_no_news(said["data"])):
            send(name, **said)

    worker.sendevent = sendevent


def _is_no_news(report: dict[str, Any]) -> bool:
    return report["when"] != "call" and report["outcome"] == "passed" and not report["sections"]
