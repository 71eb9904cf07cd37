"""AIP, SIP, DIP: one writer makes all three; this is what they do not share (TT 05/2025/TT-BNV Phụ lục I, III, V)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archive.packages import ead, tt05_given
from archive.packages.facts import PackageFacts, RecordFacts
from archive.packages.readme import readme, readme_of_dip, readme_of_sip

DOCUMENT_SCHEMAS = {"AIP": "ead_tailieu.xsd", "SIP": "ead_sip_tailieu.xsd", "DIP": "ead_dip_tailieu.xsd"}
FILE_SCHEMAS = {"AIP": "ead_hoso.xsd", "SIP": "ead_sip_hoso.xsd", "DIP": "ead_dip.xsd"}
"""OAISPACKAGETYPE -> our schema of its descriptions."""
CSIP_PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
SIP_PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"


@dataclass(frozen=True)
class Form:
    """How one kind of package is written.

    Attributes:
        kind: OAISPACKAGETYPE.
        content: mets/@TYPE; a word that is not in E-ARK's list goes into csip:OTHERTYPE (CSIP2, CSIP3).
        profile: mets/@PROFILE of the package's METS. For an AIP the one the circular prints; a SIP has E-ARK's own
            (SIP2 of version 2.0.4, which the circular builds on), not the E-ARK-CSIP one that a digest of it names.
        representation_profile: that of a representation's METS.
        preservation: whether PREMIS is written.
        always: representations that describe every document, even one without a file.
        readme_inside: the README lies in documentation/, for packages that leave their bag.
    """

    kind: str
    content: str
    profile: str
    representation_profile: str
    file: Callable[[PackageFacts], bytes]
    document: Callable[[PackageFacts, RecordFacts], bytes]
    readme: Callable[[PackageFacts], bytes]
    preservation: bool = False
    always: tuple[str, ...] = ()
    readme_inside: bool = True

    @property
    def schemas(self) -> tuple[str, ...]:
        """Return the names of our own schemas that go into the package."""
        ours = (FILE_SCHEMAS[self.kind], DOCUMENT_SCHEMAS[self.kind])
        return (*ours, "tangthu.xsd") if self.kind == "AIP" else ours


AIP = Form(
    kind="AIP",
    content="Mixed",
    profile="http://www.ra.ee/METS/v01/IP.xml",
    representation_profile=CSIP_PROFILE,
    file=ead.write_file,
    document=ead.write_document,
    readme=readme,
    preservation=True,
    always=("original",),
    readme_inside=False,
)
SIP = Form(
    kind="SIP",
    content="Mixed",
    profile=SIP_PROFILE,
    representation_profile=SIP_PROFILE,
    file=lambda facts: ead.write_fields(tt05_given.sip_file_fields(facts), "case file"),
    document=lambda facts, record: ead.write_fields(
        tt05_given.sip_document_fields(facts, record), f"document {record.ordinal}"
    ),
    readme=readme_of_sip,
    always=("rep1",),
)


def dip(request: tt05_given.Request) -> Form:
    """Return how a DIP that answers a request is written."""
    return Form(
        kind="DIP",
        content="MIXED",
        profile="https://earkdip.dilcis.eu/profile/E-ARK-DIP.xml",
        representation_profile=CSIP_PROFILE,
        file=lambda facts: ead.write_fields(tt05_given.dip_file_fields(request), "request"),
        document=lambda facts, record: ead.write_fields(
            tt05_given.dip_document_fields(facts, record), f"document {record.ordinal}"
        ),
        readme=readme_of_dip,
    )
