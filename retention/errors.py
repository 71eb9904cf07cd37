"""What can stop the work of `retention`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from archive.errors import TangThuError, TemporaryError
from archive.reason import because

if TYPE_CHECKING:
    from retention.problem import Problem


class RetentionError(TangThuError):
    """Retention could not do what was asked; nothing was changed."""

    reason_code: ClassVar[str] = "retention.nothing-changed"


class ScheduleError(RetentionError):
    """A retention schedule cannot be read; the message names the file, the line and what is wrong."""


class SheetError(ScheduleError):
    """A spreadsheet cannot be read, or is not one; nothing of it was taken."""


class ScheduleRefusedError(ScheduleError):
    """A schedule has rows that stand against it; nothing was written.

    Attributes:
        problems: every one, blocking or not.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        blocking = [problem for problem in problems if problem.blocks]
        super().__init__(because("retention.schedule-refused", count=len(blocking), first=blocking[0].reason))
        self.problems = problems


class BelowMinimumError(RetentionError):
    """A period is shorter than the schedule line assigned to the case file allows."""


class PeriodUnclearError(RetentionError):
    """A period that must be certain could not be read; nothing is guessed."""


class CertificateError(RetentionError):
    """There is nothing to certify yet."""


class PapersOwedError(TemporaryError):
    """The papers of a destruction were not made yet; the machine makes them within minutes of its end."""
