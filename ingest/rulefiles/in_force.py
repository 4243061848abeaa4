"""The rules in force: the files a call is judged by, and the child process they run in.

The one thing of a running house that changes. Which files go in force, and why newer ones do not,
is decided in ``ingest/steps/rules.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.calls import CallFolder, with_place
from ingest.judging.judge import Judge
from ingest.judging.refer import ReferEverything
from ingest.rulefiles.candidates import Signature
from rules.call import Call


@dataclass
class RulesInForce:
    """The call that is served, as its files were when they were taken up."""

    folder: CallFolder
    trouble: str = ""  #: why the rule files on the disk are not the ones in force; "" = they are
    seen: Signature = ()  #: what the last look at them found
    others: tuple[RulesInForce, ...] = ()  #: those of the other calls on the mailbox
    _judge: Judge | ReferEverything | None = field(default=None, repr=False)

    @property
    def call(self) -> Call:
        """The call that is served."""
        return self.folder.call

    @property
    def all(self) -> tuple[RulesInForce, ...]:
        """Those of every call that is served, this one first."""
        return (self, *self.others)

    def of(self, call: str) -> RulesInForce:
        """Those of the call with this id; of one that is not served any more the first."""
        return next((each for each in self.all if each.call.id == call), self)

    @property
    def judge(self) -> Judge | ReferEverything:
        """The rules at work; the child process is started when first needed. Raises ConfigError."""
        if self._judge is None:
            path, source, call = self.folder.rules_path, self.folder.rules_source, self.call
            self._judge = with_place(path, source, lambda text: Judge(text, call))
        return self._judge

    def use(self, folder: CallFolder, judge: Judge | ReferEverything) -> None:
        """Put a call's files in force; what was in force until now ends with its child process."""
        old, self._judge = self._judge, judge
        self.folder = folder
        if old is not None and old is not judge:
            old.close()

    def close(self) -> None:
        """End the child processes."""
        for other in self.others:
            other.close()
        if self._judge is not None:
            self._judge.close()
            self._judge = None
