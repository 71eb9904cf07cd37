"""What can be set for `retention`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from archive.settings import Section
from retention.period import Counting


class RetentionSettings(Section):
    """The table [retention] of `tangthu.toml`.

    Attributes:
        counting: whether the year the work ended is counted. The law says only "tính từ năm công việc kết
            thúc"; the default is the cautious reading, see `retention.period.Counting`.
        execute_within_days: how many days after the decision an R2 destruction may still be carried out
            (TT 06/2025/TT-BNV: at most 15). May be made shorter, never longer.
    """

    table: ClassVar[str] = "retention"
    counting: Counting = Counting.NEXT_YEAR
    execute_within_days: int = Field(default=15, ge=1, le=15)
