"""What of a returned delivery is carried over into the one that mends it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import quarantine
from ingest.delivery import DeliveredFile, Delivery
from ingest.formats.derivative import Derivative
from ingest.mending.amendment import Amendment, amended
from ingest.readers.record_status import TRIAL
from ingest.signatures import keeping
from ingest.steps.look import AllFacts
from ingest.steps.normalise import Derivatives
from ingest.steps.step import Work


@dataclass(frozen=True)
class Earlier:
    """A returned submission whose bytes are still here.

    Attributes:
        work: its pipeline's folder, to be read only.
    """

    delivery: Delivery
    work: Work


def opened(work: Work, submission_id: str) -> Earlier | None:
    """Return the earlier delivery; None when its bytes are gone, or its description was never read.

    A trial package (TEST) is no delivery that could be mended.
    """
    there = replace(work, submission_id=submission_id, folder=quarantine.folder(submission_id) / "work")
    delivery = there.find("delivery", Delivery)
    if delivery is None or delivery.record_status == TRIAL:
        return None
    return Earlier(delivery, there)


def by_objid(work: Work, submission_ids: Iterable[str], objid: str) -> Earlier | None:
    """Return the first of these deliveries that came as the package of this OBJID; None when none did."""
    wanted = objid.replace(":", "_").casefold()
    for submission_id in submission_ids:
        found = opened(work, submission_id)
        if found is not None and found.delivery.objid.replace(":", "_").casefold() == wanted:
            return found
    return None


def carry_over(work: Work, earlier: Earlier, amendment: Amendment) -> Delivery:
    """Return the mended whole; what stays is copied into this submission's own folder.

    A copy and not a link: the earlier one's files are overwritten when they are wiped. Facts and derivatives of
    the files that stay are saved as `carried-facts` and `carried-derivatives` for the steps after this one.
    """
    place = work.folder / "carried"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    whole = amended(earlier.delivery, amendment)
    kept = {
        file.sha256: _copied(file, place) for _, _, file in whole.placed_files() if _is_earlier(file, earlier)
    }
    facts = earlier.work.find("facts", AllFacts) or {}
    work.save("carried-facts", {sha: facts[sha] for sha in kept if sha in facts}, AllFacts)
    made = earlier.work.find("derivatives", Derivatives) or {}
    carried = {sha: _copied_derivative(made[sha], place) for sha in kept if sha in made and _whole(made[sha])}
    work.save("carried-derivatives", carried, Derivatives)
    if (reports := earlier.work.folder / keeping.WORK).is_dir():
        shutil.copytree(reports, work.folder / keeping.WORK, dirs_exist_ok=True)
    return replace(
        whole,
        documents=tuple(
            replace(document, files=tuple(kept.get(file.sha256, file) for file in document.files))
            for document in whole.documents
        ),
        sources=tuple(kept.get(file.sha256, file) for file in whole.sources),
    )


def _is_earlier(file: DeliveredFile, earlier: Earlier) -> bool:
    return file.path.resolve().is_relative_to(earlier.work.folder.resolve())


def _copied(file: DeliveredFile, place: Path) -> DeliveredFile:
    target = place / file.sha256
    if not target.exists():
        shutil.copyfile(file.path, target)
    return replace(file, path=target)


def _whole(made: Derivative) -> bool:
    return made.path.exists() and made.text_path.exists()


def _copied_derivative(made: Derivative, place: Path) -> Derivative:
    path, text = place / f"{made.id}.pdf", place / f"{made.id}.txt"
    shutil.copyfile(made.path, path)
    shutil.copyfile(made.text_path, text)
    return replace(made, path=path, text_path=text)
