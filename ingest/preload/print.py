"""Imported once by the fork server of the workers that read print: they begin with the models
loaded and used once. Never imported elsewhere; like ``reading.py`` it changes the process.

One page of our own is read, never a stranger's. No thread is left when anything is forked: threads
do not come along, and whoever waits for one would wait for good.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENCV_FOR_THREADS_NUM="1")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
gc.disable()  # while modules are loaded nothing becomes garbage

from ingest.sandbox.freed import (  # noqa: E402 - the environment stands first
    give_back_freed_memory,
    keep_freed_memory,
)

keep_freed_memory()  # before there is a thread

import numpy.ma  # noqa: E402 - as above; numpy loads it at its first median

import ingest.sandbox.scans  # noqa: E402 - as above
import ingest.sandbox.workers  # noqa: E402 - as above
from ingest.document.print.ocr import OcrMissingError, load_for_workers  # noqa: E402 - as above
from ingest.walls.confinement import prepare  # noqa: E402 - as above

__all__ = ["ingest", "numpy"]

gc.freeze()  # next to nothing that is loaded is garbage: it is not looked through
# a worker that finds no models says so itself
with contextlib.suppress(OcrMissingError):
    load_for_workers()
prepare()
gc.collect()
gc.enable()
# what reading a page took for a moment (125 MB) is not copied into every worker
give_back_freed_memory()
gc.freeze()
