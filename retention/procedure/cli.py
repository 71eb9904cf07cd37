"""`tangthu disposal ...`: every step of a disposal list, as the administrator's door.

The name and role given are believed and ledgered; everything else is asked as on the pages.
"""

from __future__ import annotations

from retention.procedure.commands.council import COUNCIL
from retention.procedure.commands.deciding import DECIDING
from retention.procedure.commands.linked import LINKED
from retention.procedure.commands.listing import LISTING
from retention.procedure.commands.looking import LOOKING

DISPOSAL = LOOKING | LISTING | LINKED | COUNCIL | DECIDING
"""Command -> function."""
