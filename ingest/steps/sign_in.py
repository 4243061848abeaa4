"""Signing in to the desk: a one-time code is mailed to a staff address, and a session begins with
it and ends.

Codes and sessions are kept by their hashes, with what uses them up in one statement
(``ingest/store/staff.py``). Who is staff stands in the configuration, and is asked each time.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta

from ingest.log import get_logger
from ingest.office import Mouth
from ingest.receipts.signing import signed_serial
from ingest.store.database import Database
from ingest.store.events import EventKind, queue_letter, record_event
from ingest.store.staff import count_codes, find_code, keep_code, use_code
from notifier.letters import message_id
from notifier.mime import build_notice
from notifier.outbox import SIGN_IN, NewLetter

CODE_LIFE = timedelta(minutes=10)
CODE_DIGITS = 8
MOST_CODES = 6  #: to one address in an hour: nobody fills a clerk's mailbox
_CODE, _SESSION = json.dumps({"sign_in": "code"}), json.dumps({"sign_in": "session"})
_SUBJECT = "收发室办件台登录验证码"
_TEXT = """登录验证码: {code}

{minutes} 分钟内有效, 只能用一次, 只能在发起登录的那个浏览器里用。

如果不是您本人正在登录办件台, 不必理会这封信; 反复收到时请告诉管理员。
任何人向您索要这个号码都不要给。
"""


def staff_member(mouth: Mouth, typed: str) -> str:
    """The configured staff or administrator's address that ``typed`` is, in lower case; "" when it
    is none.
    """
    address = typed.strip().lower()
    known = {name.lower() for name in (*mouth.office.staff, *mouth.office.administrators)}
    return address if address in known else ""


def send_code(database: Database, mouth: Mouth, typed: str, browser: str, now: datetime) -> bool:
    """Mail a code to ``typed`` that only the browser which asked can use; False when none is sent.

    None is sent to an address that is not of the staff, nor more than :data:`MOST_CODES` in an
    hour; whoever asked is not told which.
    """
    address = staff_member(mouth, typed)
    if not address:
        return False
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with database.writing() as session:
        if count_codes(session, _CODE, address, now - timedelta(hours=1)) >= MOST_CODES:
            get_logger().warning("too many sign-in codes asked for")
            return False
        keep_code(session, _bound(code, address, browser), _CODE, address, now, now + CODE_LIFE)
        queue_letter(session, _letter(mouth, address, code, browser, now), now,
                     "登录验证码入发件箱")  # fmt: skip
    return True


def _bound(code: str, address: str, browser: str) -> str:
    return f"{browser}:{address}:{code}"


def _letter(mouth: Mouth, address: str, code: str, browser: str, now: datetime) -> NewLetter:
    token = hashlib.sha256(f"{browser}:{now.isoformat()}".encode()).hexdigest()[:24]
    serial = signed_serial(mouth.key, f"sign-in.{token}")
    mime = build_notice(
        _SUBJECT,
        _TEXT.format(code=code, minutes=CODE_LIFE // timedelta(minutes=1)),
        to_address=address,
        from_name=mouth.office.from_name,
        from_address=mouth.office.from_address,
        date=now,
        serial=serial,
    )
    return NewLetter(
        key=f"{SIGN_IN}:{token}",
        kind=SIGN_IN,
        recipient=address,
        subject=_SUBJECT,
        message_id=message_id(serial, mouth.office.from_address),
        mime=mime,
    )


def begin_session(
    database: Database, address: str, code: str, browser: str, now: datetime, ends: datetime
) -> str:
    """Use a code up and begin a session; its token, "" when the code is wrong, used or too old."""
    token = secrets.token_urlsafe(32)
    with database.writing() as session:
        if not use_code(session, _bound(code, address, browser), address, now):
            return ""
        keep_code(session, token, _SESSION, address, now, ends)
        record_event(session, now, EventKind.SIGNED_IN, f"登录办件台: {address}",
                     data={"who": address})  # fmt: skip
    return token


def session_of(database: Database, mouth: Mouth, token: str, now: datetime) -> str:
    """Whose session it is; "" when it is none, has ended, or its owner is of the staff no more."""
    with database.reading() as session:
        row = find_code(session, token)
    if row is None or row.purpose != _SESSION or row.used_at is not None or row.expires_at <= now:
        return ""
    return staff_member(mouth, row.address)


def end_session(database: Database, token: str, who: str, now: datetime) -> bool:
    """Nobody can use the session any more; False when it had ended already."""
    with database.writing() as session:
        return use_code(session, token, who, now)
