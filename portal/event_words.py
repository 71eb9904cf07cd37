"""An event in a few words: not only its verb but which of several events of that verb it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archive.ledger.event import Event, Verb
from archive.reason import Lang, sentence
from archive.reason import words as reason_words
from archive.receipt_words import receipt_told
from archive.rights import Act
from portal import words
from portal.i18n import _

Translated = Callable[[Any], str]

DESTRUCTION = {
    "erasing": _("Destruction under way"),
    "done": _("Destroyed"),
    "held": _("Not destroyed: held"),
    "refused": _("Not destroyed: a condition fails"),
}
LAST_COPY = _("Destruction under way: the last copy now")
HAND_OVER = {
    "sent": _("Sent to the Historical Archive"),
    "done": _("Handed over"),
    "refused": _("Hand-over refused"),
    "waiting": _("Hand-over waits"),
}
"""Outcome an event says -> what happened."""
MIGRATED = {
    "propose": _("Preservation plan proposed"),
    "list": _("Case files of a preservation plan"),
    "approve": _("Preservation plan approved"),
    "refuse": _("Preservation plan refused"),
    "run": _("Preservation plan runs"),
    "pause": _("Preservation plan paused"),
    "stop": _("Preservation plan stopped"),
    "finish": _("Preservation plan ended"),
    "confirm": _("Preservation plan confirmed"),
    "reverse": _("Preservation plan to be reversed"),
    "making": _("PDF/A copies are being made anew"),
    "made": _("PDF/A copies made anew"),
    "failed": _("PDF/A copies could not be made anew"),
    "passed": _("Passed over by a preservation plan"),
    "left": _("The new version was not taken back"),
    "reversing": _("The version before is the current one again"),
    "reversed": _("The new version was erased"),
}
"""What a MIGRATE event did -> what happened."""
ADDED = {
    "making": _("A document is being copied into another case file"),
    "made": _("A document was copied into another case file"),
    "added": _("A document was taken over from a case file on a disposal list"),
    "cleared": _("What was left of a copying that was cut off was cleared away"),
}
"""What an ADD_DOCUMENT event did -> what happened."""


def headline(event: Event, t: Translated, lang: Lang) -> str:
    """Return what happened, so that two events that are not the same read differently.

    Args:
        t: turns a message into the reader's language.
        lang: that language, for what holders wrote.
    """
    payload, verb = event.payload, event.verb
    plain = t(words.VERBS[verb])
    if verb is Verb.DECISION:
        return _decision(event, plain, t, lang)
    if verb is Verb.DESTROY:
        last = payload.get("outcome") == "erasing" and payload.get("detail")
        return t(LAST_COPY if last else DESTRUCTION.get(str(payload.get("outcome")), words.VERBS[verb]))
    if verb is Verb.TRANSFER:
        return t(HAND_OVER.get(str(payload.get("outcome")), words.VERBS[verb]))
    if verb is Verb.ERASE:
        place = {"place": receipt_told(str(payload.get("holder", "")), lang)}
        if payload.get("gone", True):
            return t(_("Erased: ${place}", mapping=place))
        return t(_("Not yet erased: ${place}", mapping=place))
    if verb is Verb.ADD_DOCUMENT:
        return t(ADDED.get(str(payload.get("did")), words.VERBS[verb]))
    if verb is Verb.MIGRATE:
        return t(MIGRATED.get(str(payload.get("did")), words.VERBS[verb]))
    if verb is Verb.REQUEST and payload.get("kind"):
        return f"{plain}: {t(words.REQUEST_KINDS.get(payload['kind'], payload['kind']))}"
    if event.object_kind == "ledger" and verb is Verb.FIXITY_CHECK:
        return t(_("Ledger verified: faults found") if payload.get("faults") else _("Ledger verified: whole"))
    if event.object_kind == "ledger" and verb is Verb.REPAIR:
        if event.object_id.startswith("_evidence/"):
            return t(_("Round of evidence written again"))
        return t(_("Segment of the ledger written again"))
    if event.object_kind == "holdings" and verb is Verb.FIXITY_CHECK:
        return t(_("${number} copies checked: all good", mapping={"number": payload.get("copies", 0)}))
    if event.object_kind == "holdings" and verb is Verb.VIRUS_CHECK:
        number = {"number": len(payload.get("clean", ()))}
        return t(_("${number} packages scanned again: nothing found", mapping=number))
    if event.object_kind == "package" and verb is Verb.VIRUS_CHECK:
        virus = _("Scanned again: a virus was found")
        return t(virus if payload.get("infected") else _("Scanned again: not all could be looked into"))
    if verb is Verb.BACKUP and payload.get("state") in words.BACKUP_STATES:
        return f"{t(_('Backup'))}: {t(words.BACKUP_STATES[payload['state']])}"
    if verb is Verb.RESTORE:
        if payload.get("equal") and payload.get("not_compared"):
            return t(_("Restore tried: equal as far as compared"))
        return t(_("Restore tried: equal") if payload.get("equal") else _("Restore tried: NOT equal"))
    if verb is Verb.RIGHTS_CHANGE and payload.get("act") in set(Act):
        told, role = t(words.RIGHTS_ACTS[Act(payload["act"])]), payload.get("role")
        return f"{told}: {t(words.ROLE_TITLES.get(role, role))}" if role else told
    if verb is Verb.SCHEDULE and payload.get("state"):
        return f"{plain}: {t(words.SCHEDULE_STATES.get(payload['state'], payload['state']))}"
    if verb is Verb.AGREEMENT and payload.get("state"):
        return f"{plain}: {t(words.ORDER_STATES.get(payload['state'], payload['state']))}"
    if verb is Verb.RIGHTS_CHANGE and "wrong_passwords" in payload:
        return t(_("Has to wait after wrong passwords"))
    if verb is Verb.VALIDATE:
        return _checked(payload, t) or plain
    if event.object_kind == "submission" and verb is Verb.RETURN and payload.get("state"):
        return f"{plain}: {t(words.SUBMISSION_STATES.get(payload['state'], payload['state']))}"
    return plain


def _checked(payload: Mapping[str, Any], t: Translated) -> str:
    """Return what a check brought; several events of one check say different things."""
    if "profile" in payload:
        found = len(payload.get("codes", ()))
        none = _("Checked against the rules: nothing found")
        some = _("Checked against the rules: ${number} kinds of findings", mapping={"number": found})
        return t(some if found else none)
    if "gathered" in payload:
        return t(_("Documents that came alone were joined"))
    if payload.get("state"):
        return t(words.SUBMISSION_STATES.get(payload["state"], payload["state"]))
    if "title" in payload or "file_code" in payload:
        return t(_("Description recorded"))
    return t(_("Findings recorded")) if payload.get("codes") else ""


def _decision(event: Event, plain: str, t: Translated, lang: Lang) -> str:
    payload = event.payload
    if "step" in payload:
        id = str(payload["step"].get("id"))
        word = reason_words("archive").tables["disposal-step"].get(id)
        return sentence(word[lang] if word else id).removesuffix(".")
    if "quarantine" in payload:
        state = payload["quarantine"].get("state")
        return f"{plain}: {t(words.QUARANTINE_STATES.get(state, state))}"
    if "approval" in payload:
        return t(_("Approval"))
    if event.object_kind == "submission":
        return f"{plain}: {t(words.SUBMISSION_STATES.get(payload.get('state'), payload.get('state')))}"
    if "state" in payload:
        return f"{plain}: {t(words.ORDER_STATES.get(payload['state'], payload['state']))}"
    kind = payload.get("order", {}).get("kind")
    return f"{t(_('Order made'))}: {t(words.ORDER_KINDS.get(kind, kind))}"
