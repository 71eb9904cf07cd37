"""Plans, previews and tries as JSON values, and as lines for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from archive.reason import brief, from_json, told
from archive.viewer import Viewer
from ingest.migration import standing
from ingest.migration.preview import Count, Kind, Preview
from ingest.migration.standing import Standing
from ingest.migration.trying import Tried


def standing_facts(one: Standing) -> dict[str, Any]:
    """Return how a plan stands as JSON values."""
    plan = one.plan
    return {
        "plan": plan.id,
        "name": plan.name,
        "state": plan.state,
        "agency": plan.agency_code,
        "wanted": plan.wanted,
        "to": plan.target,
        "proposed_by": plan.proposed_by,
        "decided_by": plan.decided_by,
        "files": plan.files,
        "components": plan.components,
        "bytes": plan.size,
        "case_files": {state.value: count for state, count in one.items.items()},
        "left": one.left,
        "made": one.made,
        "failed": one.failed,
        "open_to": sorted(did.value for did in one.open_to),
    }


def standing_line(one: dict[str, Any]) -> str:
    """Return the facts of a plan as one line."""
    states = ", ".join(f"{state} {count}" for state, count in sorted(one["case_files"].items()))
    return (
        f"{one['plan']}  {one['state']:<9} {one['name']}: case files {states}; "
        f"files made {one['made']}, failed {one['failed']} of {one['components']}"
    )


def preview_facts(found: Preview, viewer: Viewer, lang: Literal["vi", "en"]) -> dict[str, Any]:
    """Return what a plan would do as JSON values; reasons in the language, for who may read them."""

    def of(kind: Kind, count: Count) -> dict[str, Any]:
        return asdict(kind) | {"files": count.components, "bytes": count.size}

    return {
        "files": found.files,
        "components": found.components,
        "bytes": found.size,
        "room": found.room,
        "held": found.held,
        "agencies": {
            code: {"files": one.files, "components": one.components, "bytes": one.size}
            for code, one in sorted(found.agencies.items())
        },
        "kinds": [of(kind, count) for kind, count in found.kinds.items()],
        "refused": [
            of(kind, count) | {"why": told(why, lang)} for kind, (why, count) in found.refused.items()
        ],
        "barred": [
            {
                "case_file": one.case_file_id,
                "code": one.code if named else "",
                "why": [(told if named else brief)(reason, lang) for reason in one.reasons],
            }
            for one in found.barred
            for named in (standing.told_by_name(viewer, one.agency_code, one.access),)
        ],
    }


def tried_facts(one: Tried, viewer: Viewer, lang: Literal["vi", "en"]) -> dict[str, Any]:
    """Return what became of a file made anew for a try; its name only to who may read it."""
    readable = viewer.may_read(one.agency_code, one.access)
    return asdict(one) | {
        "file_code": one.file_code if readable else "",
        "why": [(told if readable else brief)(from_json(why), lang) for why in one.why],
    }


def preview_lines(facts: dict[str, Any]) -> list[str]:
    """Return the facts of a preview as lines."""
    lines = [
        f"{facts['files']} case files, {facts['components']} files, {facts['bytes']} bytes; new versions take about "
        f"{facts['room']} bytes in each store; {facts['held']} case files are under a hold and are made all the same"
    ]
    lines += [
        f"  {code}: {one['files']} case files, {one['components']} files"
        for code, one in facts["agencies"].items()
    ]
    lines += [
        f"  {one['puid']} {one['media_type']}, PDF/A-{one['flavour'] or '-'} -> {one['target']} by {one['route']}: "
        f"{one['files']} files"
        for one in facts["kinds"]
    ]
    lines += [f"  not made: {one['files']} files of {one['puid']}: {one['why']}" for one in facts["refused"]]
    lines += [
        f"  left out: {one['code'] or one['case_file']}: {'; '.join(one['why'])}" for one in facts["barred"]
    ]
    for one in facts["tried"]:
        what = f"{one['route']}, valid PDF/A-{one['flavour']}" if one["route"] else f"[{one['code']}]"
        about = f"{one['file_code'] or one['case_file_id']} document {one['document']}"
        lines.append(f"  tried {about}: {what} {'; '.join(one['why'])}")
    return lines
