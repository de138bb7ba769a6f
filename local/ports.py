"""Free TCP ports on the loopback address."""

import socket
from contextlib import ExitStack

from local.errors import StackError

HOST = "127.0.0.1"


def free_ports(count: int) -> tuple[int, ...]:
    """Return ``count`` distinct ports that nothing listened on at the time of the call.

    Another program may take one before it is used: start again with new ones when that happens.
    """
    with ExitStack() as bound:
        sockets = [bound.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return tuple(each.getsockname()[1] for each in sockets)


def require_free(port: int, *, flag: str) -> None:
    """Check that ``port``, which a person pinned by ``flag``, can be listened on.

    Raises:
        StackError: something listens there already.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StackError(
                expected=f"port {port} to be free, as {flag} asks for it",
                came=f"it cannot be listened on ({error.strerror})",
                cure=f"Stop what uses it, give {flag} another port, or leave it out to take any free one.",
            ) from error
