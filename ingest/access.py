"""From what an office wrote as use mode (chế độ sử dụng) to an access code; what is unclear is not public."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from archive.viewer import Access
from ingest.checks.fields import canonical
from ingest.delivery import Delivery

WORDS = {
    "01": Access.PUBLIC,
    "công khai": Access.PUBLIC,
    "không hạn chế": Access.PUBLIC,
    "sử dụng rộng rãi": Access.PUBLIC,
    "02": Access.CONDITIONAL,
    "sử dụng có điều kiện": Access.CONDITIONAL,
    "tiếp cận có điều kiện": Access.CONDITIONAL,
    "hạn chế": Access.CONDITIONAL,
    "hạn chế sử dụng": Access.CONDITIONAL,
    "03": Access.SECRET,
    "mật": Access.SECRET,
}


_STRICTEST_FIRST = (Access.SECRET, Access.CONDITIONAL, Access.PUBLIC)


def of_delivery(delivery: Delivery) -> Access:
    """Return the access code of the case file a delivery brings; see `strictest`."""
    said = (canonical(document.fields) for document in delivery.documents)
    modes = [mode for fields in said if (mode := fields.get("Mode", "") or fields.get("Rights", ""))]
    return strictest([canonical(delivery.fields).get("Rights", ""), *modes])


def strictest(modes: Iterable[str]) -> Access:
    """Return the access code of a case file whose own and whose documents' use modes these are.

    A document that says nothing takes the case file's. One conditional document makes the whole case file
    conditional: access is granted by case file, and the stricter word must not be lost (our reading).
    """
    codes = {access_of(mode) for mode in modes}
    return next((code for code in _STRICTEST_FIRST if code in codes), Access.CONDITIONAL)


def loosens(before: Access, was: str, after: Access, says: str) -> bool:
    """Say whether a new use mode opens a case file further: by the access code that follows, or by its own words.

    The words count too: documents may still keep it closed, but the description goes along when it is handed over.

    Args:
        before, after: access code that holds, and the one that would.
        was, says: the case file's own use mode, then and now; "" says what the code says.
    """
    of_words = access_of(was) if was.strip() else before, access_of(says) if says.strip() else after
    return any(
        _STRICTEST_FIRST.index(new) > _STRICTEST_FIRST.index(old) for old, new in ((before, after), of_words)
    )


def access_of(rights: str) -> Access:
    """Return the access code for a Rights or Mode text; unknown words give conditional (fails closed)."""
    text = unicodedata.normalize("NFC", rights).strip().casefold()
    return WORDS.get(text, Access.CONDITIONAL)
