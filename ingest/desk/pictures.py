"""Pages of scans as pictures: drawn in the disposable worker when somebody looks, kept as files of
mode 0600.

No parser comes in, and no bytes of an applicant's file are opened here. A page that cannot be drawn
is remembered too, so that a hostile one costs its worker once.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from pydantic import ValidationError

from ingest.errors import StorageError
from ingest.log import get_logger
from ingest.reading import PagePicture
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.store.files import Files
from ingest.walls.limits import Limits

DRAW_PAGE = "ingest.sandbox.pagepictures:draw_page"
KEPT_FOR = timedelta(days=14)
AT_ONCE = 2  #: workers that draw; more would only take memory
_LOCKS = 64


class PagePictures:
    """Pictures of pages, by the hash of the mail, the hash of the attachment and the page's number.

    Raises:
        StorageError: the folder cannot be made.
    """

    def __init__(self, files: Files, folder: Path, reading: ReadingContext, limits: Limits) -> None:
        self._files, self._folder = files, folder
        self._reading, self._limits = reading, limits
        self._drawing = threading.BoundedSemaphore(AT_ONCE)
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"页面图像的目录 {folder} 无法建立: {error.strerror}", "检查 [desk] pictures 和权限"
            ) from error

    def kept(self, mail: str, part: str, page: int) -> PagePicture | None:
        """The picture if it has been drawn before."""
        try:
            text = self._place(mail, part, page).read_bytes()
            return PagePicture.model_validate_json(text)
        except (OSError, ValidationError):  # not there, or half a file of a full disk
            return None

    def picture(self, mail: str, part: str, page: int) -> PagePicture:
        """The picture, drawn now if need be; of two who ask at once only one has it drawn.

        Raises:
            StorageError: the mail's file is missing or damaged.
            TemporaryError: the object store is away.
        """
        place = self._place(mail, part, page)
        with self._locks[hash(place) % _LOCKS]:
            found = self.kept(mail, part, page)
            if found is None:
                found = self._draw(mail, part, page)
                self._keep(place, found)
        return found

    def sweep(self, now: datetime) -> int:
        """Remove what nobody has drawn anew for two weeks; how many."""
        count, before = 0, (now - KEPT_FOR).timestamp()
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    count += 1
        return count

    def _place(self, mail: str, part: str, page: int) -> Path:
        return self._folder / f"{mail}-{part}-{page}.json"

    def _draw(self, mail: str, part: str, page: int) -> PagePicture:
        try:
            with self._drawing, self._files.whole(mail) as path:  # says in words when it is not
                return run_in_worker(
                    DRAW_PAGE,
                    path,
                    part,
                    page,
                    self._reading,
                    returns=PagePicture,
                    limits=self._limits,
                )
        except WorkerDied as error:
            return PagePicture(problem=f"这一页没有画出来: {error.reason}")
        except WorkerFailed as error:
            get_logger().error("page not drawn", error=error.traceback)
            return PagePicture(problem="这一页没有画出来: 程序出错, 已记入日志")

    def _keep(self, place: Path, picture: PagePicture) -> None:
        """Whole or not at all; a disk that is full costs the next look a worker, and nothing
        else.
        """
        draft = place.with_name(f".{place.name}.{token_hex(4)}")
        with suppress(OSError):
            try:
                descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(picture.model_dump_json())
                draft.replace(place)
            finally:
                draft.unlink(missing_ok=True)
