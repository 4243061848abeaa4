#!/bin/sh
# Guess:  a library that puts CSS into HTML works on what it is given.
# Really: by default it fetches the style sheets that the page links to; load_remote_stylesheets=False keeps it at home.
# Seen:   css-inline 0.24.0, CPython 3.11, 2026-11-29. The server is on loopback.
. "$(dirname "$0")/common.sh"
packages css-inline==0.24.0
cat >serve.py <<'P'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a") as log:
            log.write(self.path + "\n")
        self.send_response(200)
        self.send_header("Content-Length", "16")
        self.end_headers()
        self.wfile.write(b"p { color: red }")
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
P
cat >ask.py <<'P'
import subprocess, sys, css_inline
open("asked", "w").close()
with subprocess.Popen([sys.executable, "serve.py"], stdout=subprocess.PIPE, text=True) as server:
    link = f'<link rel="stylesheet" href="http://127.0.0.1:{int(server.stdout.readline())}/a.css">'
    page = f"<html><head>{link}</head><body><p>x</p></body></html>"
    for what, settings in (("default:", {}), ("told not to:", {"load_remote_stylesheets": False})):
        css_inline.CSSInliner(**settings).inline(page)
        print(what, open("asked").read().split())
        open("asked", "w").close()
    server.kill()
P
no_proxy=127.0.0.1 python ask.py >out
seen out <<'O'
default: ['/a.css']
told not to: []
O
