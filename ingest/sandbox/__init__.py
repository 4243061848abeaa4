"""The disposable worker: the only place where untrusted bytes are opened."""
