"""What every process of the program loads, and what it works out of the shipped call's own files and
nothing else, the same each time: once, before it is forked. It still reads the files, and finds
that it knows them by their text.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

CALL = "smart-education-2024"
MODULES = (
    "alembic.command",
    "encodings.utf_8_sig",
    "ingest.app",
    "ingest.beginning.configuration",
    "ingest.cli.application",
    "ingest.cli.migrating",
    "ingest.daemon",
    "ingest.demo.mails",
    "ingest.handover.exporting",
    "ingest.inspection.mail",
    "ingest.inspection.papers",
    "ingest.inspection.reports",
    "ingest.mailbox.imap",
    "ingest.moving",
    "ingest.purging",
    "ingest.receipts.officekey",
    "ingest.sandbox.server",
    "ingest.store.backup",
    "ingest.store.bucket",
    "ingest.store.objects",
    "ingest.views.status",
    "notifier.lettertrials",
    "notifier.smtp",
    "psycopg",
    "rich.traceback",
    "sqlalchemy.dialects.sqlite",
    "structlog",
    "typer._adapters",
    "typer._click.decorators",
)
"""What a command may load."""


@cache
def know_the_program() -> None:
    """All that."""
    for module in MODULES:
        import_module(module)
    know_the_shipped_call()


def know_the_shipped_call() -> None:
    """Its rules, the examples that show them and the templates of its letters. Starts nothing that
    goes on.
    """
    from ingest.calls import default_config, open_call, usable_templates  # noqa: PLC0415 - loaded
    from ingest.judging.judge import Judge  # noqa: PLC0415
    from ingest.rulefiles.checking import run_call_examples  # noqa: PLC0415
    from rules.rulebook import check_rulebook  # noqa: PLC0415

    folder = open_call(default_config() / "calls", CALL)
    usable_templates(folder)
    check_rulebook(folder.rules_source, folder.call)
    run_call_examples(folder, folder.rules_path, folder.rules_source)
    Judge(folder.rules_source, folder.call).close()
