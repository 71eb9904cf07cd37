"""Who sits on a list's council, who could, and who could carry the destruction out: the choices of its forms."""

from __future__ import annotations

from archive.procedure.seats import LEADS, Seat
from archive.procedure.story import Story
from archive.viewer import Role, same_person
from portal import people
from portal.browser.disposal.procedure import forms
from portal.browser.screen import Screen


class Seating:
    """The part of the page that offers people."""

    def __init__(self, screen: Screen, story: Story) -> None:
        self.screen, self.story = screen, story

    def seats(self) -> list[tuple[str, str]]:
        """Return the seats of a council with their names."""
        return [(code, self.screen.t(words)) for code, words in forms.SEATS.items()]

    def seat(self, seat: Seat) -> str:
        """Return the name of a seat."""
        return self.screen.t(forms.SEATS[seat.value])

    def could_sit(self) -> list[tuple[str, str, str]]:
        """Return account, name and present seat of everybody who could be on the council."""
        accounts = self._holders(Role.COUNCIL, Role.ARCHIVIST)
        members = self.story.council.members if self.story.council else ()
        now = {one.account: one.seat.value for one in members}
        return [(one, self.screen.person(one), now.get(one, "")) for one in accounts]

    def receivers(self) -> list[tuple[str, str]]:
        """Return account and name of everybody who could carry the destruction out."""
        accounts = self._holders(Role.ARCHIVIST, Role.HEAD)
        proposer = self.story.proposed_by
        return [(one, self.screen.person(one)) for one in accounts if not same_person(one, proposer)]

    def absentable(self) -> list[tuple[str, str]]:
        """Return account and name of the members whose absence this person may note or take back."""
        council = self.story.council
        mine = council.named(self.screen.viewer.name) if council else None
        if council is None or mine is None:
            return []
        leads = mine.seat in LEADS
        found = [one for one in council.members if leads or one.seat is Seat.CHAIR]
        return [(one.account, self.screen.person(one.account)) for one in found]

    def _holders(self, *roles: Role) -> list[str]:
        agency = self.story.agency_code
        return sorted({one for role in roles for one in people.holders(role, agency)})
