"""Everything that touches the outside world, and the wiring of the whole house.

Python reads this file before any other of ``ingest``, so what every process of ours must have in
its environment is set here, and nothing else is done. onnxruntime reports to its maker unless it is
told not to *before* it is loaded (measured: ``docs/network.md``); children inherit it, and the rule
child, whose environment is made anew, loads this too. pydantic looks through every package that is
installed for plugins, in each process, and would load what it finds: we have none.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
