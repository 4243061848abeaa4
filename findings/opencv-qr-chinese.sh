#!/bin/sh
# Guess:  a QR code with a Chinese name in it, made by segno with no option given, holds the name in UTF-8, and OpenCV reads what segno
#         wrote.
# Really: segno takes the shortest way it knows: a name whose every character Japan's Shift_JIS has too becomes a code in Kanji mode,
#         an address with such characters bytes of Shift_JIS; one character that Japan has not, and it is UTF-8. OpenCV reads the
#         last alone: the first is a UnicodeDecodeError, the second comes back as other letters, without a word. So of two schools
#         one can be read. With encoding="utf-8" both can.
# Seen:   segno 1.6.6, opencv-python-headless 5.0.0.93, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages segno==1.6.6 opencv-python-headless==5.0.0.93
cat >ask.py <<'P'
import io
import cv2
import numpy
import segno

def told(said, **options):
    code = segno.make_qr(said, **options)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=8)
    try:
        read = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(numpy.frombuffer(drawn.getvalue(), numpy.uint8), cv2.IMREAD_COLOR))[0]
    except UnicodeDecodeError as error:
        read = type(error).__name__
    print(*options.values(), said, code.mode, "right" if read == said else ascii(read))

for said in ("第三小学", "第三职校", "https://mail.example/第三小学"):
    told(said)
    told(said, encoding="utf-8")
P
PYTHONUTF8=1 python ask.py >out
seen out <<'O'
第三小学 kanji 'UnicodeDecodeError'
utf-8 第三小学 byte right
第三职校 byte right
utf-8 第三职校 byte right
https://mail.example/第三小学 byte 'https://mail.example/\x91\xe6\x8eO\x8f\xac\x8aw'
utf-8 https://mail.example/第三小学 byte right
O
