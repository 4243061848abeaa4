"""Read the mails named on the command line in the disposable worker and print what was read as
JSON, for ``test_as_service.py``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ingest.calls import default_config, open_call
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_or_degrade

if __name__ == "__main__":
    call = open_call(default_config() / "calls", "smart-education-2024").call
    readings = {
        name: read_or_degrade(
            Path(name),
            call,
            ReadingContext(),
        ).model_dump(mode="json")
        for name in sys.argv[1:]
    }
    json.dump(readings, sys.stdout, ensure_ascii=False, sort_keys=True)
