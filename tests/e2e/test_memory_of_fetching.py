"""A message of 96 MiB after one of 1: what it takes to take them in does not grow with them, by every way in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from deliveries import ROOT
from inbox_sides import ALL_KINDS, any_side
from sqlalchemy import select

from archive.register.models import Submission
from archive.register.session import reading

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

MIB = SMALL = 1 << 20
ALLOWED = 32  # MiB, whatever the message


def message(kind: str, size: int) -> bytes:
    if kind == "sip":
        return os.urandom(MIB) * (size // MIB)
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=" * 1000
    return b"<edXML><A>" + line * (size // len(line)) + b"</A></edXML>"


@pytest.mark.parametrize("message_kind", ["sip", "edoc"])
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_message_of_any_size_takes_the_same_memory(
    kind: str, message_kind: str, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with any_side(kind, house) as side:
        monkeypatch.setenv("TANGTHU_INGEST__INBOXES", f"[{side.settings.model_dump_json()}]")
        side.put("m1", message_kind, message(message_kind, SMALL))
        with subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "e2e" / "memory_of_fetch.py")],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            side.put("m2", message_kind, message(message_kind, 96 * MIB))
            out, _ = child.communicate("go\n", timeout=200)
        new, more = out.split()
        with reading() as session:
            sizes = sorted(session.scalars(select(Submission.size)))
        print(f"{kind} {message_kind}: {more} MiB more for {sizes[-1] / MIB:.0f} MiB")
        assert (new, sizes[-1] > 95 * MIB) == ("1", True)
        assert float(more) <= ALLOWED
