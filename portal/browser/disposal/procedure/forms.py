"""The form of each act: what it asks for, and what it says before it is sent. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.browser.form_fields import Field
from portal.i18n import _
from retention.filing.desk import Stage


@dataclass(frozen=True)
class Form:
    """The form of one act.

    Attributes:
        button: the name its button sends.
        confirm: asked before it is sent; None for nothing.
        warning: told above its fields; None for nothing.
    """

    button: str
    title: Any
    fields: tuple[Field, ...] = ()
    confirm: Any = None
    warning: Any = None


_FILE = Field("file", _("Signed or scanned file (PDF), kept for the dossier"), "file", required=False)
_PAPER = (Field("number", _("Document number")), Field("date", _("Its date"), "date"), _FILE)
_WHY = Field("reason", _("Reason"), "long")
_PASSWORD = Field("password", _("Your password again"), "password")
_CODE = Field("code", _("One-time code of your authenticator"), "code")

FORMS = {
    "submit": Form(
        "submit",
        _("Submit the list to the council"),
        (
            Field(
                "linked",
                _("Why the linked documents go for which nothing was chosen"),
                "long",
                required=False,
            ),
        ),
    ),
    "council": Form("council", _("Form the council"), _PAPER),
    "council-change": Form("council", _("Change the council…"), (*_PAPER, _WHY)),
    "excuse": Form(
        "excuse",
        _("Note a member's absence…"),
        (
            Field("member", _("Member"), "member"),
            Field(
                "reason", _("Why they are absent; nothing when they are there again"), "long", required=False
            ),
        ),
    ),
    "vote": Form("vote", _("Vote")),
    "conclude": Form("conclude", _("Conclude: minutes of the meeting"), _PAPER),
    "sign": Form("sign", _("Sign the minutes of the council")),
    "request": Form("request", _("Ask for the opinion"), _PAPER),
    "record": Form(
        "record",
        _("Record the opinion"),
        (
            *_PAPER,
            Field("verdict", _("What the letter says"), "verdict"),
            Field("reason", _("What it has against the list"), "long", required=False),
        ),
    ),
    "decide": Form(
        "decide",
        _("Decide the destruction"),
        (*_PAPER, Field("signer", _("Name and position of who signs")), _PASSWORD, _CODE),
        _("Decide that these case files are destroyed?"),
    ),
    "hand-over": Form(
        "hand_over",
        _("Hand over for destruction"),
        (*_PAPER, Field("receiver", _("Who carries it out"), "receiver")),
    ),
    "hand-over-again": Form(
        "hand_over_again",
        _("Hand over to somebody else…"),
        (*_PAPER, Field("receiver", _("Who carries it out"), "receiver"), _WHY),
    ),
    "release": Form(
        "release",
        _("Confirm that the destruction begins"),
        (_PASSWORD, _CODE),
        _("Confirm that the destruction of these case files may begin?"),
        _("After this you can have them destroyed, and that cannot be undone."),
    ),
    "execute": Form(
        "execute",
        _("Execute the destruction…"),
        (_PASSWORD,),
        _("Destroy these case files now? This cannot be undone."),
        _(
            "Every place that holds a copy erases it and gives a receipt. Held case files stay. It cannot be undone."
        ),
    ),
    "close": Form("close", _("Close the list: file its dossier in the archive")),
    "keep-file": Form(
        "keep_file",
        _("Give a paper's file again…"),
        (Field("file", _("Signed or scanned file (PDF), kept for the dossier"), "file"),),
    ),
    "take-out": Form("take_out", _("Take ticked case files off the list…"), (_WHY,)),
    "abort": Form("abort", _("Give the list up…"), (_WHY,), _("Give this list up?")),
    "reject": Form("reject", _("Reject the list after the opinion…"), (_WHY,), _("Refuse this list?")),
    "refuse": Form("refuse", _("Refuse the list…"), (_WHY,), _("Refuse this list?")),
}

VOTE_REASON = _("Reason, to keep or extend")
NEW_PERIOD = _("New period, to extend")

STEPS = {
    "submit": _("submitted to the council"),
    "council": _("council formed"),
    "excuse": _("a member's absence noted"),
    "vote": _("voted"),
    "conclude": _("council concluded"),
    "sign-minutes": _("minutes signed"),
    "take-out": _("case files taken out"),
    "link": _("chosen for linked documents"),
    "request-opinion": _("opinion asked for"),
    "request-appraisal": _("opinion asked for"),
    "record-opinion": _("opinion recorded"),
    "return": _("returned by the opinion"),
    "decide": _("destruction decided"),
    "decide-alone": _("destruction decided"),
    "hand-over": _("handed over for destruction"),
    "hand-over-again": _("handed over to somebody else"),
    "release": _("beginning confirmed"),
    "destroy": _("destroyed"),
    "ask-close": _("dossier asked for"),
    "close": _("closed"),
    "abort": _("given up"),
    "reject": _("rejected after the opinion"),
    "refuse": _("refused"),
}

STAGES = {
    Stage.ASKED: _("Sent to the machine; it begins as soon as it is free."),
    Stage.PAPERS: _("The papers are being printed and checked."),
    Stage.PACKAGE: _("The package is being made."),
    Stage.COPIES: _("A copy is being put into every store and read back."),
    Stage.CLOSING: _("The register and the ledger are being written."),
}

SEATS = {
    "chair": _("Chair"),
    "secretary": _("Secretary"),
    "owning-unit": _("Leader of the owning unit"),
    "expert": _("Expert of the field"),
    "member": _("Member"),
}

CHOICES = {"destroy": _("Destroy"), "keep": _("Keep"), "extend": _("Extend")}
