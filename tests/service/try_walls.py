"""Try the walls of a worker and print every attempt as JSON, for ``test_as_service.py``."""

from __future__ import annotations

import json
import sys

from ingest.sandbox.trial import IN_ITS_CHILD, standing_walls, try_walls

if __name__ == "__main__":
    tried = [*try_walls(), *try_walls(IN_ITS_CHILD)]
    through = [each.what for each in tried if not each.refusal]
    json.dump({"through": through, "gaps": standing_walls().gaps, "tried": len(tried)}, sys.stdout)
