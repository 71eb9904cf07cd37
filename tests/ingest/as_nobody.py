"""Do something as an account that may nothing special: root may write everywhere, and would see no refusal."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable


def as_nobody(act: Callable[[], str]) -> str:
    """Return what an act says; when we are root, it is done in a child that became `nobody`.

    What it touches must be within `nobody`'s reach, and modules it needs must be loaded already.
    """
    if os.geteuid() != 0:
        return act()
    account = pwd.getpwnam("nobody")
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            os.write(writer, act().encode())
            code = 0
        except BaseException as error:  # whatever it is, a child of a test must end here
            os.write(writer, repr(error).encode())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said
    return said
