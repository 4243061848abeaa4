"""Plays a story and compares what happened with what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parseaddr

from ingest.errors import ConfigError
from samples.post import Bounce, File, Post, Program, write_bounce, write_mail
from tests.stories.grammar import NO_CASE, Letter, Mail, Step, Story
from tests.stories.office import Left, Office, with_reason
from tests.stories.papers import files_of


class Unfulfilled(AssertionError):  # noqa: N818 - says what happened
    """Something else happened than the story says."""


@dataclass
class Play:
    """One story on its way."""

    story: Story
    office: Office
    sent: dict[str, str] = field(default_factory=dict)  #: a mail's name -> its Message-ID
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)  #: subject and text of mails
    _count: int = 0

    def run(self) -> None:
        """All steps. Raises Unfulfilled at the first one that went otherwise."""
        for number, step in enumerate(self.story.steps, 1):
            before, told = len(self.office.letters), len(self.office.notices)
            self._act(step)
            heard = self.office.letters[before:]
            faults = [*self._faults(step, heard), *_notices(step, self.office.notices[told:])]
            if faults:
                moment = f"step {number}, {self.office.clock.instant:%m-%d %H:%M}"
                raise Unfulfilled("\n".join([f"{self.story.title} ({moment})", *faults]))

    def _act(self, step: Step) -> None:
        clock = self.office.clock
        clock.instant = step.at or clock.instant + (step.after or timedelta(0))
        if step.hold is not None:
            file = self.office.app.settings.letters.hold_file
            file.touch() if step.hold else file.unlink()
        if step.restart:
            self.office.restart()
        if step.lose:
            self.office.lose_database()
        for name, link in step.keep.items():
            self.kept[name] = self.office.opened(self._filled(link), "")
        for order in step.staff:
            self._order(self._filled(order.run), order.code, order.says, order.lacks)
        for moment, mail in sorted(_arrivals(step, clock.instant), key=lambda item: item[0]):
            clock.instant = max(clock.instant, moment)
            self.office.account.append(self._written(mail, moment), moment)
            self.office.work()
        if not self.office.at_work:
            return
        if not step.mails:
            self.office.work()
        if step.settle:
            clock.instant += self.office.settle
            self.office.work()

    def _order(self, line: str, code: int, says: Iterable[str], lacks: Iterable[str]) -> None:
        got, output = self.office.order(line)
        faults = [*_words(f"mailroom {line}", output, says, lacks)]
        if got != code or faults:
            told = "\n".join([f"mailroom {line}: exit code {got}, not {code}", *faults, output])
            raise Unfulfilled(f"{self.story.title}: {told}")

    # --- mails --------------------------------------------------------------------------------

    def _written(self, mail: Mail, moment: datetime) -> bytes:
        self._count += 1
        if mail.bounces:
            return self._bounce(mail.bounces, moment)
        name, address = parseaddr(mail.by)
        subject, text = self._filled(mail.subject), self._filled(mail.text)
        if mail.opens:
            subject, text = self.office.opened(self._filled(mail.opens), text)
        if mail.kept:
            subject, kept = self.kept[mail.kept]
            text = with_reason(kept, text)
        for old, new in mail.forged.items():
            assert old in subject, (old, subject)
            subject, text = subject.replace(old, new), text.replace(old, new)
        sent = moment - timedelta(seconds=9)
        post = Post(
            f"{self.story.title}/{self._count}",
            Program[mail.program],
            name,
            address,
            subject,
            text,
            sent,
            moment,
            self._files(mail),
            answers=self._answered(mail.answers),
            extra=mail.headers,
        )
        if mail.name:
            self.sent[mail.name] = post.message_id
        raw = write_mail(post)
        second = f"From: {mail.and_by}, ".encode()
        return raw.replace(b"\r\nFrom: ", b"\r\n" + second, 1) if mail.and_by else raw

    def _bounce(self, address: str, moment: datetime) -> bytes:
        letter = self._last_letter(address)
        key, domain = f"{self.story.title}/{self._count}", address.partition("@")[2]
        return write_bounce(Bounce(key, domain, address, letter.message_id, letter.subject, moment))

    def _files(self, mail: Mail) -> tuple[File, ...]:
        files = tuple(file for each in mail.files for file in self._named(each))
        named = tuple(
            replace(file, name=name)
            for file, name in zip(
                files,
                mail.names,
                strict=False,
            )
        )
        heavy = (File("附图.bin", bytes(1024 * mail.weight)),) if mail.weight else ()
        return (*named, *files[len(named) :], *heavy)

    def _named(self, each: str) -> tuple[File, ...]:
        package, _, piece = each.partition("/")
        return files_of(package, self.story.papers[package], piece, self.office.once)

    def _answered(self, answers: str) -> str:
        if answers.startswith("letter to "):
            return self._last_letter(answers.removeprefix("letter to ")).message_id
        return self.sent[answers] if answers else ""

    def _last_letter(self, address: str) -> Left:
        return next(letter for letter in reversed(self.office.letters) if letter.to == address)

    def _filled(self, words: str) -> str:
        """The words with codes of cases and texts of letters in their places."""
        words = re.sub(r"\{code of ([^}]+)\}", lambda found: self._code(found[1]), words)
        return re.sub(
            r"\{letter to ([^}]+)\}",
            lambda found: self._last_letter(found[1]).text,
            words,
        )

    def _code(self, name: str) -> str:
        cases = self.office.cases_of(self.sent[name])
        if not cases:
            raise Unfulfilled(f"{self.story.title}: {name} is in no case")
        return cases[0].code

    # --- what must have happened --------------------------------------------------------------

    def _faults(self, step: Step, heard: list[Left]) -> Iterator[str]:
        yield from _letters(step.letters, heard)
        for name, state in step.cases.items():
            if (found := self._state(name)) != state:
                yield f"the case of {name}: {found}, not {state}"
        if step.entries:
            known = self.office.entries()
            for applicant, state in step.entries.items():
                if (found := "、".join(sorted(known.get(applicant, {NO_CASE})))) != state:
                    yield f"the entry {applicant}: {found}, not {state}"
        for name, call in step.calls.items():
            found = "、".join(sorted({case.call for case in self.office.cases_of(self.sent[name])}))
            if found != call:
                yield f"the case of {name} is of {found or NO_CASE}, not of {call}"
        yield from self._company(step)
        if step.digest.says or step.digest.lacks:
            words = self.office.digest()
            yield from _words(
                "the digest",
                words,
                map(self._filled, step.digest.says),
                step.digest.lacks,
            )

    def _state(self, name: str) -> str:
        return "、".join(sorted(self.office.states_of(self.sent[name]))) or NO_CASE

    def _company(self, step: Step) -> Iterator[str]:
        cases = {
            name: {case.id for case in self.office.cases_of(self.sent[name])}
            for name in (
                *step.together,
                *step.apart,
            )
        }
        first = step.together[:1]
        yield from (
            f"{name} and {first[0]} are not in one case"
            for name in step.together
            if cases[name] != cases[first[0]]
        )
        for number, name in enumerate(step.apart):
            yield from (
                f"{name} and {other} share a case"
                for other in step.apart[:number]
                if cases[name] & cases[other]
            )


def _arrivals(step: Step, now: datetime) -> Iterator[tuple[datetime, Mail]]:
    for mail in step.mails:
        for number in range(mail.times):
            yield now + mail.after + number * mail.every, mail


def _letters(wanted: Iterable[Letter], heard: list[Left]) -> Iterator[str]:
    """Every letter that left is expected, every one expected left, and each says what it should."""
    rest = list(heard)
    for letter in wanted:
        found = next(
            (left for left in rest if (left.kind, left.to) == (letter.kind, letter.to)),
            None,
        )
        if found is None:
            yield f"no {letter.kind} to {letter.to}"
            continue
        rest.remove(found)
        words = f"{found.subject}\n{found.text}"
        yield from _words(f"the {letter.kind} to {letter.to}", words, letter.says, letter.lacks)
    yield from (
        f"nobody expected a {left.kind} to {left.to}: {left.subject}\n{left.text}" for left in rest
    )


def _notices(step: Step, told: list[Left]) -> Iterator[str]:
    if step.notices is None:
        return
    if [each.to for each in told] != [each.to for each in step.notices]:
        yield f"staff were answered {[(each.to, each.text) for each in told]}"
        return
    for notice, left in zip(step.notices, told, strict=True):
        yield from _words(f"the answer to {notice.to}", left.text, notice.says, notice.lacks)


def _words(what: str, words: str, says: Iterable[str], lacks: Iterable[str]) -> Iterator[str]:
    missing = [word for word in says if word not in words]
    unwanted = [word for word in lacks if word in words]
    yield from (f"{what} does not say {word!r}" for word in missing)
    yield from (f"{what} says {word!r}" for word in unwanted)
    if missing or unwanted:
        yield words


def play(story: Story, office: Office) -> None:
    """Open the office, play the story, close."""
    try:
        try:
            office.open(story)
        except ConfigError as error:  # a setting that a story asks for and nobody knows yet
            raise Unfulfilled(f"{story.title}: {error}") from error
        Play(story, office).run()
    finally:
        office.close()
