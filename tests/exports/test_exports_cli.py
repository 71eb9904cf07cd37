"""The doors of `exports` on the command line, in the order of the work."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from test_transfer import ordered, state_of
from typer.testing import CliRunner

from archive.rebuild import rebuild
from archive.register.models import CaseFileState
from exports.cli import register
from tests.archive.vault_builders import AGENCY

app = typer.Typer()
register(app)
AS_LAN = ["--as", "lan", "--role", f"archivist@{AGENCY}"]


def run(*words: str, exit_code: int = 0) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return json.loads(result.output)  # type: ignore[no-any-return]


def test_send_receive_collect_on_the_command_line_and_a_rebuild_says_the_same(kept: dict[str, str]) -> None:
    order_id = ordered(kept["01.2014.QD"], kept["03.2014.TAM"])
    sent = run("transfer", "send", order_id, *AS_LAN, exit_code=1)  # one was refused
    assert sorted(str(one["outcome"]) for one in sent) == ["refused", "sent"]
    [receipt] = run("transfer", "receive")
    assert receipt["accepted"] is True
    [collected] = run("transfer", "collect")
    assert collected["outcome"] == "done"
    assert run("transfer", "collect") == []
    report = rebuild()
    assert report.equal, report
    assert state_of(kept["01.2014.QD"]) == CaseFileState.TRANSFERRED


def test_an_aip_is_given_out_as_a_plain_package(kept: dict[str, str], tmp_path: Path) -> None:
    written = run("export", "aip", kept["01.2014.QD"], str(tmp_path / "out"), *AS_LAN)
    assert Path(str(written["path"])).stat().st_size == written["size"]  # type: ignore[call-overload]
