"""Stands in tests where a program stands that takes long to load: hands everything that makes up a
process to a server that has loaded it (``server.py``), passes signals on, and ends as it ends.

Becomes the program itself where that could see the difference. A few milliseconds: nothing is
imported that Python does not have at hand, not even its ``site``. ``__init__.py`` writes the first
lines, and what stands in capitals here.
"""

import _signal
import _socket
import array
import marshal
import os
import sys

PROGRAM = ""  #: what we stand for
#: words of the command line, who has loaded for them, and what READ_AS_LOADED was then
SERVERS: tuple[tuple[str, str, dict[bytes, bytes]], ...] = ()
READ_AS_LOADED: tuple[str, ...] = ()  #: how names begin that a program looks at when it is loaded
PASSED_ON = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGTERM, _signal.SIGUSR1, _signal.SIGUSR2)


def main() -> None:
    line = " ".join(sys.argv[1:])
    starts = tuple(map(os.fsencode, READ_AS_LOADED))
    now = {name: text for name, text in os.environb.items() if name.startswith(starts)}
    server = next((place for words, place, then in SERVERS if words in line and now == then), None)
    if server is None:
        for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
            _signal.signal(number, _signal.SIG_DFL)
        os.execv(PROGRAM, [PROGRAM, *sys.argv[1:]])  # noqa: S606 - the same words, for itself
    end(entrust(server))


def entrust(server: str) -> int:
    """How it ended, as wait(2) says it."""
    descriptors = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208
    descriptors = [each for each in descriptors if is_open(each)]  # not the one of the list
    umask = os.umask(0)
    os.umask(umask)
    # left alone by Python when it starts
    ignored = [
        int(number)
        for number in _signal.valid_signals()
        if _signal.getsignal(number) == _signal.SIG_IGN
    ]
    blocked = list(map(int, _signal.pthread_sigmask(_signal.SIG_BLOCK, ())))
    order = marshal.dumps(
        (
            PROGRAM,
            list(map(os.fsencode, sys.argv[1:])),
            dict(os.environb),
            umask,
            descriptors,
            ignored,
            blocked,
        )
    )
    here = os.open(".", os.O_PATH | os.O_DIRECTORY)
    line = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    line.connect(server)
    message = len(order).to_bytes(8, "big") + order
    rights = array.array("i", [here, *descriptors])
    sent = line.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
    line.sendall(message[sent:])
    for number in PASSED_ON:  # whoever began by ignoring one may hear it later
        _signal.signal(number, lambda number, _: line.send(bytes([number])))
    for each in descriptors:  # whoever waits for their end waits for the program alone
        os.close(each)
    return int.from_bytes(line.recv(4), "big")


def is_open(descriptor: int) -> bool:
    try:
        os.get_inheritable(descriptor)
    except OSError:
        return False
    return True


def end(status: int) -> None:
    """As it ended."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != _signal.SIGKILL:
            _signal.signal(-code, _signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
