"""What can be set for `retention`."""

from __future__ import annotations

from typing import ClassVar

from archive.settings import Section
from retention.period import Counting


class RetentionSettings(Section):
    """The table [retention] of `tangthu.toml`.

    Attributes:
        counting: whether the year the work ended is counted. The law says only "tính từ năm công việc kết
            thúc"; the default is the cautious reading, see `retention.period.Counting`.
    """

    table: ClassVar[str] = "retention"
    counting: Counting = Counting.NEXT_YEAR
