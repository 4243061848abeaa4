"""What a program that is started works out of the shipped call's own files and nothing else, the
same each time: worked out once before it is forked. It still reads the files, and finds that it
knows them by their text.
"""

from __future__ import annotations

from ingest.calls import default_config, open_call, usable_templates
from ingest.judging.judge import Judge
from ingest.rulefiles.checking import run_call_examples
from rules.rulebook import check_rulebook

CALL = "smart-education-2024"


def know_the_shipped_call() -> None:
    """Its rules, the examples that show them and the templates of its letters. Starts nothing."""
    folder = open_call(default_config() / "calls", CALL)
    usable_templates(folder)
    check_rulebook(folder.rules_source, folder.call)
    run_call_examples(folder, folder.rules_path, folder.rules_source)
    Judge(folder.rules_source, folder.call).close()
