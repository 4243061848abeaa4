#!/bin/sh
# Guess:  when a mail came in (INTERNALDATE) is kept by the server with the mail; as long as its UID and the folder's UIDVALIDITY are
#         the same, so is that, for RFC 9051 says a message never changes under its UID.
# Really: with a maildir it is the time of the file. A mailbox copied to a new disk without its times looks right as long as the cache
#         comes along; once that is made anew, as after a restore without it, every mail came in at the moment of the copy. UIDs and
#         UIDVALIDITY are the same, so no program that reads the mailbox is told. All that came before a deadline came after it.
# Seen:   Dovecot 2.3.19.1, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages
export TZ=UTC
serve_dovecot
cat >ask.py <<'P'
import datetime, imaplib, pathlib, re, sys

box = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
box.login("office", "word")
if sys.argv[2] == "came":
    box.append("INBOX", None, '"31-Aug-2024 15:59:00 +0000"', b"Subject: x\r\n\r\na\r\n")
box.select("INBOX", readonly=True)
validity = box.response("UIDVALIDITY")[1][0]
uid, date = re.search(rb'UID (\d+) INTERNALDATE "(.{11})', box.uid("FETCH", "1:*", "(UID INTERNALDATE)")[1][0]).groups()
known = pathlib.Path("validity")
if sys.argv[2] == "came":
    known.write_bytes(validity)
same = "the same" if known.read_bytes() == validity else "another"
today = abs(datetime.datetime.strptime(date.decode(), "%d-%b-%Y") - datetime.datetime.now()).days < 2
print(sys.argv[2] + ":", "UID", uid.decode(), "UIDVALIDITY", same, "INTERNALDATE", "of the copy" if today else date.decode())
P
copy() {
    cp -r "$base/mail" "$base/copy"
    [ "$owner" != nobody ] || chown -R nobody "$base/copy"
    rm -r "$base/mail"
    mv "$base/copy" "$base/mail"
}
python ask.py "$port" came >out
sleep 1
copy
python ask.py "$port" copied >>out
rm -f "$base"/mail/dovecot.index*
python ask.py "$port" "without the cache" >>out
seen out <<'O'
came: UID 1 UIDVALIDITY the same INTERNALDATE 31-Aug-2024
copied: UID 1 UIDVALIDITY the same INTERNALDATE 31-Aug-2024
without the cache: UID 1 UIDVALIDITY the same INTERNALDATE of the copy
O
