"""A new step of the schema, drafted from the difference between the tables of the program and the
last step.

    make migration NAME="cases can be closed"

Alembic writes the draft; whoever asked for it reads and mends it: it cannot know a renamed column
from a new one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ingest.store import migrations
from ingest.store.database import open_database


def main(message: str) -> None:
    """Write the next numbered file into ``ingest/store/migrations/versions``."""
    folder = Path(migrations.__file__).parent
    steps = sorted(path.stem for path in (folder / "versions").glob("[0-9]*.py"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/empty.db"
        database = open_database(url)
        database.migrate()
        database.close()
        with create_engine(url).begin() as connection:
            config.attributes["connection"] = connection
            command.revision(
                config,
                message,
                autogenerate=True,
                rev_id=f"{int(steps[-1][:4]) + 1:04d}",
            )


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
