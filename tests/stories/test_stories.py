"""Every story in this folder comes true, on a real mailbox and a real SMTP peer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ingest.clock import FixedClock
from ingest.demo.smtp_sink import SmtpSink
from rules.vocabulary import BEIJING
from tests.once import Once
from tests.servers.dovecot import DovecotAccount, DovecotServer
from tests.stories.grammar import Story, read_story
from tests.stories.office import Office
from tests.stories.runner import Unfulfilled, play

HERE = Path(__file__).parent
STORIES = {
    str(path.relative_to(HERE).with_suffix("")): path for path in sorted(HERE.rglob("*.yaml"))
}
"""Each worker lists them all; whoever plays one reads it."""
BEGIN = datetime(2024, 8, 20, 9, 0, tzinfo=BEIJING)


@pytest.fixture(scope="session")
def opened_before(
    dovecot_server: DovecotServer, tmp_path_factory: pytest.TempPathFactory, once: Once
) -> Path:
    """An office that has put the shipped rules in force and seen no mail."""
    directory = tmp_path_factory.mktemp("office")
    with SmtpSink() as sink:
        office = Office(directory, dovecot_server.new_account(), sink, FixedClock(BEGIN), once)
        office.open(Story(title="", steps=()))
        office.close()
    return directory


@pytest.mark.dovecot
@pytest.mark.parametrize("path", STORIES.values(), ids=STORIES)
def test_the_story_comes_true(
    path: Path,
    request: pytest.FixtureRequest,
    opened_before: Path,
    tmp_path: Path,
    dovecot: DovecotAccount,
    smtp_sink: SmtpSink,
    once: Once,
) -> None:
    """Letters, cases, entries and digest are what a careful clerk would have brought about. A story
    that cannot come true yet must not: the day it does, its ``until`` goes.
    """
    story = read_story(path)
    if story.until:
        waits = pytest.mark.xfail(reason=story.until, raises=Unfulfilled, strict=True)
        request.applymarker(waits)
    office = Office(tmp_path, dovecot, smtp_sink, FixedClock(BEGIN), once, opened_before)
    play(story, office)


def test_no_two_stories_are_told_under_one_title() -> None:
    """A title names a story in a report."""
    titles = [read_story(path).title for path in STORIES.values()]

    assert len(set(titles)) == len(titles)
