#!/bin/sh
# Guess:  a character that the declared charset does not know is replaced, and the rest of the page is read.
# Really: lxml stops there: the rest of the document is gone, without an exception. WPS declares gb2312 and writes GBK, which
#         knows names such as 喆. Decoded first as gb18030, all is read.
# Seen:   lxml 6.1.3 (libxml2 2.14.6), CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages lxml==6.1.3
cat >ask.py <<'P'
from lxml import html
page = '<html><head><meta charset="gb2312"></head><body><p>张喆</p><p>电话 123</p></body></html>'.encode("gb18030")
print("as it is:", html.document_fromstring(page).text_content())
print("decoded first:", html.document_fromstring(page.decode("gb18030")).text_content())
P
PYTHONUTF8=1 python ask.py >out
seen out <<'O'
as it is: 张
decoded first: 张喆电话 123
O
