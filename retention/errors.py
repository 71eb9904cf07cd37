"""What can stop the work of `retention`."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import TangThuError


class RetentionError(TangThuError):
    """Retention could not do what was asked; nothing was changed."""

    reason_code: ClassVar[str] = "retention.nothing-changed"


class ScheduleError(RetentionError):
    """A retention schedule cannot be read; the message names the file, the line and what is wrong."""


class BelowMinimumError(RetentionError):
    """A period is shorter than the schedule line assigned to the case file allows."""


class PeriodUnclearError(RetentionError):
    """A period that must be certain could not be read; nothing is guessed."""


class CertificateError(RetentionError):
    """There is nothing to certify yet."""
