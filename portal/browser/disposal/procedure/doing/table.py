"""Which function each button of a list's page stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.browser.disposal import carrying_out
from portal.browser.disposal.procedure.doing import council, deciding, listing, step, voting
from portal.browser.screen import Screen


def execute(screen: Screen) -> str:
    """Have a worker carry the decision out."""
    step.ask(screen, "execute")
    return carrying_out.execute(screen)


ACTS: Mapping[str, Callable[[Screen], str | None]] = {
    "submit": listing.submit,
    "take_out": listing.take_out,
    "abort": listing.abort,
    "close": listing.close,
    "keep_file": listing.keep_file,
    "council": council.form,
    "excuse": council.excuse,
    "vote": voting.vote,
    "conclude": council.conclude,
    "sign": council.sign,
    "request": deciding.request,
    "record": deciding.record,
    "decide": deciding.decide,
    "hand_over": deciding.hand_over,
    "hand_over_again": deciding.hand_over_again,
    "release": deciding.release,
    "reject": deciding.reject,
    "refuse": deciding.refuse,
    "execute": execute,
    "mirror": carrying_out.mirror,
}
