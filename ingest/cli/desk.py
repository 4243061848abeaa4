"""``mailroom desk``: the staff's page in a browser."""

from __future__ import annotations

import typer

from ingest.cli.console import console


def register(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command("desk")(desk)


def desk(context: typer.Context) -> None:
    """办件台: 工作人员在浏览器里看待办、看扫描件、作决定;常驻运行。"""
    from ingest import log
    from ingest.app import Unconnected, build
    from ingest.checks import check_desk
    from ingest.desk.app import build_desk
    from ingest.desk.serving import serve
    from ingest.opening import Opening
    from ingest.sandbox.trial import require_walls

    log.configure()
    settings = console(context).settings()
    check_desk(settings)
    if settings.limits.require_confinement:
        require_walls()
    # it may be started before the first mail is fetched, as the service itself
    app = build(settings, mailbox=Unconnected(), transport=Unconnected(), opening=Opening.FOUND)
    try:
        pages = build_desk(app)
        log.get_logger().info("desk", address=settings.desk.origin)
        serve(pages, settings.desk.address, settings.desk.port)
    finally:
        app.close()
