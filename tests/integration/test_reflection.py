"""What a stranger can have carried to somebody else by writing in his name: no link, few words, one
short letter.
"""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from tests.integration.house import House, plain_mail, with_file

LURE = "加微信领奖 http://evil.example/a?b=c 或 evil2.example.com 打 13800000000"
WORDS = "加微信领奖"
MOST_BYTES = 100_000
MOST_LINES = 60  #: of files, and a line that says how many more there are


def letters_to(house: House, address: str) -> list[EmailMessage]:
    return [
        email.message_from_bytes(letter.mime, policy=email.policy.default)
        for letter in house.letters()
        if letter.recipient == address
    ]


def words_of(letter: EmailMessage) -> str:
    parts = (letter.get_body(("plain",)), letter.get_body(("html",)))
    return "\n".join(part.get_content() for part in parts if part is not None)


def test_neither_links_nor_many_words_of_a_stranger_are_carried_on(house: House) -> None:
    """The From of a mail is whoever its writer likes; subject, name and text are his."""
    victim = "victim@example.org"
    house.arrive(plain_mail(1, subject=LURE * 8, text=LURE * 20, from_=f'"{LURE}" <{victim}>'))
    house.settle_and_decide()
    (letter,) = letters_to(house, victim)

    for said in (letter["subject"], words_of(letter)):
        assert "evil" not in said
    assert len(letter["subject"]) < 100
    assert WORDS not in words_of(letter)


def test_names_of_files_are_no_way_round_it(house: House) -> None:
    """A name is told, so that it can be found again; without a link, and only so many."""
    victim = "victim@example.org"
    mail = plain_mail(1, subject="申报", text="请查收", from_=victim)
    for number in range(150):
        with_file(mail, str(number).encode(), f"{number} {LURE.replace('/', '_')}.docx")
    house.arrive(mail)
    house.settle_and_decide()
    (letter,) = letters_to(house, victim)
    raw = next(row.mime for row in house.letters() if row.recipient == victim)

    assert WORDS in words_of(letter)
    assert "evil2.example.com" not in words_of(letter)
    assert words_of(letter).count(WORDS) <= 2 * MOST_LINES
    assert len(raw) < MOST_BYTES
