"""What exactly vanishes when a list is decided: how many case files, documents, pages, bytes."""

from __future__ import annotations

from sqlalchemy import func, select

from archive.procedure.story import Story
from archive.register.models import Package
from portal.browser.disposal.one_list import OneList


class Vanishing:
    """The part of the page that counts what is on the list now."""

    def __init__(self, one: OneList, story: Story) -> None:
        self.one, self.story = one, story

    def totals(self) -> dict[str, int]:
        """Return how many case files, documents and pages."""
        files = [self.one.files[id] for id in self.story.items if id in self.one.files]
        return {
            "files": len(self.story.items),
            "documents": sum(file.total_docs for file in files),
            "pages": sum(file.total_pages for file in files),
        }

    @property
    def size(self) -> str:
        """Return how many bytes the packages of the list have, of every version, in one copy."""
        query = select(Package.case_file_id, func.sum(Package.size)).where(
            Package.case_file_id.in_(self.one.named)
        )
        sizes = self.one.screen.session.execute(query.group_by(Package.case_file_id))
        return self.one.screen.size(sum(size for id, size in sizes if id in self.story.items))
