#!/bin/sh
# Guess:  SEARCH SINCE and BEFORE go by the day of the INTERNALDATE, its time zone disregarded (RFC 3501, 6.4.4): what arrived on the first
#         of September in Beijing is SINCE 1-Sep.
# Really: the zone given with APPEND is not kept. The day is that of the zone the server runs in, so on a server that runs in UTC the
#         mails of Beijing's first eight hours belong to the day before, on either side of a deadline. SENTSINCE and SENTON do go by the
#         day as it is written in the Date line.
# Seen:   Dovecot 2.3.19.1 (Debian 12), CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages
export TZ=UTC
serve_dovecot
cat >ask.py <<'P'
import imaplib, sys

box = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
box.login("office", "word")
mail = b"Date: Sun, 01 Sep 2024 07:30:00 +0800\r\nSubject: x\r\n\r\na\r\n"
box.append("INBOX", None, '"01-Sep-2024 07:30:00 +0800"', mail)
box.select("INBOX", readonly=True)
print(box.fetch("1", "(INTERNALDATE)")[1][0].decode())
for asked in ("SINCE 1-Sep-2024", "BEFORE 1-Sep-2024", "SENTSINCE 1-Sep-2024", "SENTON 1-Sep-2024"):
    print(asked, "found" if box.search(None, asked)[1][0] else "not found")
P
python ask.py "$port" >out
seen out <<'O'
1 (INTERNALDATE "31-Aug-2024 23:30:00 +0000")
SINCE 1-Sep-2024 not found
BEFORE 1-Sep-2024 found
SENTSINCE 1-Sep-2024 found
SENTON 1-Sep-2024 found
O
