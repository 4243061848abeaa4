"""Imported once by the fork server, so that each worker starts with its libraries loaded. Never imported elsewhere.

It changes the process it is imported into: one thread for numerical libraries (their pools count against the memory
limit), and no reaction to SIGTERM, which systemd sends to the whole group while the daemon wants to finish its mail;
the server ends when the daemon does, because its pipe closes.
"""

from __future__ import annotations

import gc
import os
import signal

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENCV_FOR_THREADS_NUM="1")
signal.signal(signal.SIGTERM, signal.SIG_IGN)

import ingest.message.read  # noqa: E402 - the environment above must stand before numpy is loaded

__all__ = ["ingest"]

gc.collect()
gc.freeze()  # children share these pages instead of copying them at their first collection
