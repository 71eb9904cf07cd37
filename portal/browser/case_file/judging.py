"""The part of a case file's page where its signatures are judged anew, at three moments, and by which proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound

from archive.errors import TangThuError
from archive.reason import told
from archive.register.models import CaseFileState, Component
from ingest.formats.sandbox import shared
from ingest.formats.signed import Asking
from ingest.signatures import words
from ingest.signatures.today import Today, judged_today
from portal.browser.case_file.moments import JudgedFile, judged_file
from portal.browser.screen import Screen
from portal.events import concerns

SIGNATURES = "chu-ky"


class JudgingScreen(Screen):
    """A screen about a case file (`file`) with its signatures."""

    signatures_page = ViewPageTemplateFile("signatures.pt")
    file: Any

    def signatures_today(self) -> Any:
        """Judge the signatures once more, for those whose business the case file is; it costs the machine a while."""
        if self.file.state == CaseFileState.DESTROYED or not self.may_judge_signatures:
            raise NotFound(SIGNATURES)
        package = min(self.file.packages, key=lambda one: one.version)  # the originals are in the first
        self.judged: Today | None = None
        self.trouble = ""
        try:
            self.judged = judged_today(self.session, package, Asking(shared()), now=self.now)
        except TangThuError as error:
            self.trouble = told(error.reason, self.language)
        return self.signatures_page()

    def signatures(self, component: Component) -> list[Mapping[str, Any]]:
        """Return the signatures found in an original."""
        found = component.facts.get("signatures", [])
        return [one for one in found if isinstance(one, Mapping)]

    def signature_tone(self, verdict: str) -> str:
        """Return the tone of a signature's verdict (EN 319 102-1 words)."""
        return {"TOTAL-PASSED": "ok", "TOTAL-FAILED": "bad"}.get(verdict, "wait")

    def signature_words(self, one: Mapping[str, Any]) -> str:
        """Return a signature's verdict in words, with its reason."""
        return words.verdict(str(one.get("verdict", "")), str(one.get("sub_indication", "")), self.language)

    def signature_lines(self, one: Mapping[str, Any]) -> list[str]:
        """Return whose certificate it is, when it was signed and what held then."""
        return words.lines(one, self.language)

    @property
    def may_judge_signatures(self) -> bool:
        """Say whether this person may have the signatures judged today."""
        return concerns(self.viewer, self.file.agency_code)

    @property
    def has_signatures(self) -> bool:
        """Say whether something in the case file is signed."""
        return any(self.signatures(one) for record in self.file.records for one in record.components)

    def proof(self) -> str:
        """Return since when, and by which proof, the package is proven to have existed; "" when by none."""
        found = self.judged.proof.existence if self.judged else None
        return words.existence(found, self.language) if found else ""

    def no_proofs(self) -> list[str]:
        """Return why there is no proof."""
        return [told(fault, self.language) for fault in self.judged.proof.faults] if self.judged else []

    def judged_files(self) -> list[JudgedFile]:
        """Return the signed files with each signature at its three moments."""
        return [judged_file(one, self.language) for one in self.judged.files] if self.judged else []
