"""Deliveries that are no case file of the cast: broken, repeated, or single documents."""

from __future__ import annotations

from pathlib import Path

from tests.samples.offices import OFFICES
from tests.samples.pki import Pki
from tests.samples.world import Expected, World, post


def send_extras(world: World, pki: Pki) -> None:
    """Put them into the simulator's folder, after the case files."""
    _broken_zip(world)
    _repeat(world)


def _next(world: World) -> int:
    return len(list(world.messages.glob("*.json"))) + 1


def _broken_zip(world: World) -> None:
    office, number, key = OFFICES["lang-son-so-noi-vu"], _next(world), "ls-zip-hong"
    whole = world.payload("ls-tap-huan").read_bytes()
    target = world.messages / f"{number:03d}-{key}.zip"
    target.write_bytes(whole[: len(whole) * 2 // 3])
    title = "Gói tin bị cắt giữa chừng"
    message_id = post(world, number, key, "sip", office.code, target, title)
    world.case_files.append(
        Expected(key, office.code, "", title, "returned", ("SIP_ZIP_BROKEN",), "", message_id)
    )


def _repeat(world: World) -> None:
    """List an earlier message a second time: same docId, same bytes."""
    original = world.one("ls-tap-huan")
    source = next(world.messages.glob("*-ls-tap-huan.json"))
    number = _next(world)
    Path(world.messages / f"{number:03d}-ls-lap-lai.json").write_text(source.read_text("utf-8"), "utf-8")
    world.case_files.append(
        Expected(
            "ls-lap-lai",
            original.agency,
            original.file_code,
            original.title,
            "duplicate",
            (),
            "",
            original.message_id,
        )
    )
