#!/bin/sh
# Guess:  a mail that was put into a mailbox by APPEND is fetched as the same bytes, give or take the ends of lines.
# Really: a NUL comes back as the byte 80, with the size unchanged (and no character of UTF-8 begins so); a lone CR in a line comes back as
#         the end of a line. So what one put there oneself is not found again by its hash, nor a NUL that a sender's program wrote.
# Seen:   Dovecot 2.3.19.1 (Debian 12), CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages
serve_dovecot
cat >ask.py <<'P'
import imaplib, sys

box = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
box.login("office", "word")
for name, body in (("NUL", b"a\0b\r\n"), ("lone CR", b"a\rb\r\n"), ("as it should be", b"a b\r\n")):
    raw = b"Subject: x\r\n\r\n" + body
    box.append("INBOX", None, None, raw)
    box.select("INBOX", readonly=True)
    head, fetched = box.fetch(box.search(None, "ALL")[1][0].split()[-1], "(RFC822.SIZE BODY.PEEK[])")[1][0]
    size = int(head.split()[2])
    print(f"{name}: {len(raw)} bytes in, size {size},", ascii(fetched.partition(b"\r\n\r\n")[2]))
P
python ask.py "$port" >out
seen out <<'O'
NUL: 19 bytes in, size 19, b'a\x80b\r\n'
lone CR: 19 bytes in, size 20, b'a\r\nb\r\n'
as it should be: 19 bytes in, size 19, b'a b\r\n'
O
