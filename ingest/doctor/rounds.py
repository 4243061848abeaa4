"""The doctor's round: everything looked at, in order. The only file here that opens the store."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.calls import open_call
from ingest.dns import nameserver
from ingest.doctor.clock import clock_sign, lags
from ingest.doctor.domain import domain_signs
from ingest.doctor.machine import machine_signs
from ingest.doctor.names import name_sign
from ingest.doctor.signs import Sign, State
from ingest.errors import MailroomError
from ingest.sandbox.trial import standing_walls
from ingest.sandbox.workers import WorkerDied, WorkerFailed
from ingest.settings import Settings
from ingest.store.database import reading_existing


def look_round(settings: Settings, *, dns: bool = False) -> Iterator[Sign]:
    """Every sign; of the domain name system only when it is wanted."""
    yield from machine_signs(settings)
    yield _walls()
    yield _clock(settings)
    yield _names(settings)
    if dns:
        address = settings.smtp.from_address or settings.smtp.username
        server = nameserver()
        if server:
            yield from domain_signs(address, server)
        else:
            yield Sign("SPF、DMARC", State.NOTE, "本机没有设域名服务器，没有查")


def _walls() -> Sign:
    name = "读取附件的进程隔离"
    try:
        walls = standing_walls()
    except (WorkerDied, WorkerFailed) as error:
        told = f"启动不了: {str(error).strip().splitlines()[-1]}"
        return Sign(name, State.BAD, told, "看内存和进程数的限额，再试")
    mend = "用 5.13 以上、带 Landlock 的内核，允许建立网络命名空间；mailroom doctor --walls 逐样试"
    well = f"文件、系统调用、网络都隔开，Landlock 版本 {walls.landlock}"
    return Sign.of(name, "；".join(walls.gaps), mend, well, grave=False)


def _clock(settings: Settings) -> Sign:
    try:
        with reading_existing(settings.store.database) as session:
            return clock_sign(lags(session))
    except MailroomError:
        return clock_sign(())


def _names(settings: Settings) -> Sign:
    directory = settings.calls.directory
    try:
        calls = [open_call(directory, name).call for name in settings.calls.active]
    except MailroomError as error:
        return Sign("名称", State.BAD, str(error), "mailroom check")
    return name_sign(calls)
