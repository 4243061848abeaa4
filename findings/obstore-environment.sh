#!/bin/sh
# Guess:  a store made with its endpoint, key and secret given is made of these, and its configuration can be read back.
# Really: variables that happen to be in the environment count beside them (AWS_SKIP_SIGNATURE=true: requests go out unsigned;
#         AWS_CONDITIONAL_PUT with any other program's word: it cannot be made at all), and .config does not show it.
# Seen:   obstore 0.12.1, CPython 3.11, 2026-11-29. The server is on loopback.
. "$(dirname "$0")/common.sh"
packages obstore==0.12.1
cat >serve.py <<'P'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open("asked", "a") as log:
            log.write("signed" if "Authorization" in self.headers else "unsigned")
        self.send_response(200)
        self.send_header("ETag", '"x"')
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
P
cat >ask.py <<'P'
import os, subprocess, sys
from obstore.store import S3Store
with subprocess.Popen([sys.executable, "serve.py"], stdout=subprocess.PIPE, text=True) as server:
    port = int(server.stdout.readline())
    for variable in ("", "AWS_SKIP_SIGNATURE", "AWS_CONDITIONAL_PUT"):
        if variable:
            os.environ[variable] = "true"
        open("asked", "w").close()
        try:
            store = S3Store("bucket", endpoint=f"http://127.0.0.1:{port}", region="us-east-1", access_key_id="KEY",
                            secret_access_key="SECRET", client_options={"allow_http": True})
            store.put("a", b"x")
            print(variable or "nothing set", "->", open("asked").read(), sorted(store.config))
        except Exception as error:
            print(variable, "->", type(error).__name__)
        os.environ.pop(variable, None)
    server.kill()
P
no_proxy=127.0.0.1 python ask.py >out
seen out <<'O'
nothing set -> signed ['access_key_id', 'bucket', 'endpoint', 'region', 'secret_access_key']
AWS_SKIP_SIGNATURE -> unsigned ['access_key_id', 'bucket', 'endpoint', 'region', 'secret_access_key']
AWS_CONDITIONAL_PUT -> GenericError
O
