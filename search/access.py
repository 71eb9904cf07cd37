"""Who may find what: a viewer becomes a filter that means exactly what `Viewer.may_read` means.

Permissions are enforced by a filter inside the query (document-level security needs a paid licence of
Elasticsearch), and once more on every hit that comes back. Fail closed: no reading role, no hits; an access
code that is not known is in no filter; secret is never found by anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.viewer import ALL_AGENCIES, OWN_AGENCY, Access, Role, Viewer

READERS = OWN_AGENCY | {Role.RESEARCHER}


@dataclass(frozen=True)
class Scope:
    """What may be found.

    Attributes:
        public: public case files of every agency.
        agencies: agencies whose conditional case files may be found too.
        all_agencies: conditional case files of every agency.
    """

    public: bool = False
    agencies: frozenset[str] = frozenset()
    all_agencies: bool = False

    @property
    def empty(self) -> bool:
        """Say whether nothing at all may be found."""
        return not (self.public or self.agencies or self.all_agencies)

    def allows(self, agency: str, access: str) -> bool:
        """Say whether a document of this agency with this access code may be found."""
        if access == Access.PUBLIC:
            return self.public
        if access == Access.CONDITIONAL:
            return self.all_agencies or agency in self.agencies
        return False


def scope_of(viewer: Viewer) -> Scope:
    """Return what this viewer may find."""
    own = viewer.agencies_with(OWN_AGENCY)
    return Scope(
        public=bool(viewer.agencies_with(READERS)),
        agencies=own - {ALL_AGENCIES},
        all_agencies=ALL_AGENCIES in own,
    )
