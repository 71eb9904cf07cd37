"""What the sending system may do with its own copy once everything is stored. Pure; nothing is deleted from here.

Rule: the source may delete only after confirmed success (NĐ 01/2013/NĐ-CP Điều 7.5). That it must have been agreed on
as well is our own rule, and a regulation that has the source keep its copy wins over any agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.register.models import SourceCopy
from ingest.agreements.versions import Agreed
from ingest.profiles.schema import Profile

BASIS = "NĐ 01/2013/NĐ-CP Điều 7.5"
SAID = {
    SourceCopy.MAY_GO: "Hệ thống nguồn được phép xóa bản của mình ({basis}).",
    SourceCopy.STAYS: "Hệ thống nguồn phải giữ bản của mình ({basis}).",
    SourceCopy.NOT_AGREED: "Chưa có thỏa thuận cho phép hệ thống nguồn xóa bản của mình: hãy giữ lại.",
}


@dataclass(frozen=True)
class Release:
    """What the source is told.

    Attributes:
        basis: the clause or the agreement it rests on; "" when nothing was agreed.
    """

    source: SourceCopy
    basis: str = ""

    @property
    def told(self) -> str:
        """Return it in Vietnamese, as status 06 and the minutes say it."""
        return SAID[self.source].format(basis=self.basis)


def release_of(profile: Profile, agreed: Agreed) -> Release:
    """Return what the source may do with its copy of what is stored."""
    keeps = profile.source_keeps
    if keeps is not None:
        return Release(SourceCopy.STAYS, f"{keeps.says}; {keeps.clause}")
    if agreed.terms.source_may_release and agreed.id is not None:
        return Release(SourceCopy.MAY_GO, f"{agreed.name}; {BASIS}")
    return Release(SourceCopy.NOT_AGREED)
