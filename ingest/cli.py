"""Commands of `ingest`: receive, preflight, submission list/show/accept/return, convert, formats.

The command line is the administrator's door: whoever can run it can act in any name, so every act is ledgered with
the account given by `--as`, and the vault checks roles all the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from archive.cli import show
from archive.commands.packages import package
from archive.errors import NotFoundError
from archive.hashing import sha256_of_file
from archive.reason import as_json as reason_as_json
from archive.register.models import Agency, SubmissionKind
from archive.register.session import reading
from ingest import inbox_cli, preflight, reception
from ingest.agreements.cli import agreement
from ingest.checks.cli import rules
from ingest.delivery import DeliveredFile
from ingest.describe_cli import describe_anew
from ingest.duelists.cli import due
from ingest.formats.convert import Derivative, Source, normalise
from ingest.formats.flavour import TARGETS
from ingest.formats.inspect import inspect
from ingest.formats.policy import policy_for
from ingest.gateway.limits import Limits
from ingest.infected.cli import quarantine
from ingest.migration.cli import migration
from ingest.readers.opening import packed
from ingest.settings import IngestSettings
from ingest.signature_cli import signatures
from ingest.steps.step import Verdict
from ingest.submission_cli import submission
from ingest.telling import GOOD, errors_in, lines_of, seen_through, text_of, told_of

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

VERDICTS = {
    Verdict.GO_ON: ("sẽ được tiếp nhận để xem xét", "would be taken in"),
    Verdict.GATHER: ("văn bản lẻ, sẽ chờ hồ sơ của nó", "a lone document, would wait for its case file"),
    Verdict.RETURN: ("sẽ bị trả lại để sửa", "would be returned to be mended"),
    Verdict.REFUSE: ("sẽ bị từ chối", "would be refused"),
    Verdict.TESTED: ("gói thử, được kiểm tra và không lưu", "a trial package, checked and never stored"),
}


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.command()(receive)
    app.command("preflight")(check_before_sending)
    app.command()(convert)
    app.command()(formats)
    app.command("describe")(describe_anew)
    app.add_typer(submission, name="submission")
    package.command("signatures")(signatures)
    app.add_typer(rules, name="rules")
    app.add_typer(inbox_cli.inbox, name="inbox")
    app.add_typer(agreement, name="agreement")
    app.add_typer(quarantine, name="quarantine")
    app.add_typer(due, name="due")
    app.add_typer(migration, name="migration")


def receive(
    path: Annotated[Path, typer.Argument(exists=True, help="A package, or a folder that is one unpacked.")],
    agency: Annotated[str, typer.Option(help="Code of the sending agency.")],
    message_id: Annotated[
        str, typer.Option(help="The sender's own identifier; made from the bytes unless given.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take in a case file in any wrapping the archive reads; a worker of a running house may do the work.

    Exit 0: stored, or it waits for an archivist or its case file, or it was a trial without an error. Exit 1:
    returned, refused, or a part is missing (it goes on by itself when the part is there).
    """
    now = datetime.now(UTC)
    with reading() as session:
        if session.get(Agency, agency) is None:
            raise NotFoundError(f"there is no agency {agency}; a delivery of an unknown agency is refused")
    with _as_one_file(path) as package, package.open("rb") as source:
        received = reception.receive(
            source,
            agency_code=agency,
            message_id=message_id
            or f"tep-{sha256_of_file(package)[:32]}",  # a file name may be a secret title
            kind=SubmissionKind.SIP,
            file_name=path.name,
            actor="system:cli",
            now=now,
        )
    facts = seen_through(received.submission_id) | {"repeat": received.repeat}
    show(facts, as_json=as_json, text=text_of(facts))
    well = facts["state"] in GOOD or (facts["state"] == "tested" and not errors_in(facts))
    raise typer.Exit(0 if well else 1)


def check_before_sending(
    path: Annotated[Path, typer.Argument(exists=True, help="A package, or a folder that is one unpacked.")],
    agency: Annotated[str, typer.Option(help="Code of the agency that would send it.")],
    pdfa: Annotated[
        bool, typer.Option("--pdfa", help="Also try to make the PDF/A of every document.")
    ] = False,
    english: bool = False,
    as_json: Json = False,
) -> None:
    """Say what would be found in a delivery, keeping nothing; exit 1 when it would be returned or refused."""
    with _as_one_file(path) as package, package.open("rb") as source:
        found = preflight.preflight(
            source, agency_code=agency, file_name=path.name, now=datetime.now(UTC), convert=pdfa
        )
    lang: Literal["vi", "en"] = "en" if english else "vi"
    told = [told_of(finding, lang) for finding in found.findings]
    facts = {
        "good": found.good,
        "verdict": str(found.verdict),
        "title": found.title,
        "file_code": found.file_code,
        "documents": found.documents,
        "steps": list(found.tried),
        "findings": told,
    }
    said = VERDICTS[found.verdict][0 if lang == "vi" else 1]
    lines = [f"{path.name}: {said}", *lines_of(told)]
    show(facts, as_json=as_json, text="\n".join(lines))
    raise typer.Exit(0 if found.good else 1)


def convert(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(help="Folder for the PDF/A and its text.")],
    pdfa: Annotated[str, typer.Option(help="PDF/A flavour; the policy's unless given.")] = "",
    as_json: Json = False,
) -> None:
    """Make a verified PDF/A of one file and say by which route; exit 1 when that is not possible."""
    sha256 = sha256_of_file(source)
    facts = inspect(DeliveredFile(source.name, source.resolve(), source.stat().st_size, sha256))
    target.mkdir(parents=True, exist_ok=True)
    policy = policy_for(own=IngestSettings.load().format_policy)
    if pdfa and pdfa not in TARGETS:
        raise typer.BadParameter(f"choose one of {', '.join(TARGETS)}", param_hint="--pdfa")
    wanted = Source(id=sha256, path=source.resolve(), facts=facts, flavour=pdfa or policy.target)
    made = normalise([wanted], target, policy=policy)[0]
    if isinstance(made, Derivative):
        told: dict[str, Any] = {
            "pdfa": str(made.path),
            "route": made.route,
            "pages": made.pages,
            "flavour": made.flavour,
            "verapdf": dict(made.verdict),
        }
        text = f"{made.path}: {made.route}, {made.pages} pages, valid PDF/A-{made.flavour}"
        show(told, as_json=as_json, text=text)
        return
    told = {"code": made.code, "message": str(made.reason), "reason": reason_as_json(made.reason)}
    show(told, as_json=as_json, text=f"[{made.code}] {made.reason}")
    raise typer.Exit(1)


def formats(
    profile: Annotated[str, typer.Option(help="Province profile, e.g. lang-son.")] = "",
    agency: Annotated[str, typer.Option(help="Agency code.")] = "",
    english: bool = False,
    as_json: Json = False,
) -> None:
    """List the format policy: for each PRONOM identifier keep, convert with which tool, or refuse, and why."""
    policy = policy_for(profile, agency, own=IngestSettings.load().format_policy)
    rules = [
        rule.model_dump(mode="json", exclude={"unversioned"})
        | {"puids": [puid for puid, one in policy.by_puid.items() if one is rule]}
        for rule in policy.rules
    ]
    lines = [f"PDF/A-{policy.target}", ""]
    for rule in policy.rules:
        what = rule.action if not rule.tool else f"{rule.action} ({rule.tool})"
        lines.append(f"{rule.title}: {what}. {rule.why_en if english else rule.why_vi}. {rule.clause}")
        lines.append("    " + " ".join(puid for puid, one in policy.by_puid.items() if one is rule))
    last = "what is not listed is refused" if english else "định dạng không có trong danh sách bị từ chối"
    show({"target": policy.target, "rules": rules}, as_json=as_json, text="\n".join([*lines, "", last]))


@contextmanager
def _as_one_file(path: Path) -> Iterator[Path]:
    """Give a package as the one file it is sent as; a folder is packed for the while."""
    if not path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as place:
        package = Path(place) / "package.zip"
        packed(path.resolve(), package, Limits.of(IngestSettings.load()))
        yield package
