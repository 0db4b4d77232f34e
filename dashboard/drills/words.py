"""A drill's score for the command line: as a table and as JSON."""

from typing import Any

from core.drills import SCRIPTS, DrillScore, Party, ScoreLine, Verdict
from dashboard.i18n import N_, _, told

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.WAITING: (N_("Waiting"), "m-chip-info"),
    Verdict.IN_TIME: (N_("In time"), "m-chip-good"),
    Verdict.LATE: (N_("Late"), "m-chip-warn"),
    Verdict.MISSED: (N_("Missed"), "m-chip-bad"),
    Verdict.VOID: (N_("Not measured"), ""),
}
PARTIES = {Party.SYSTEM: N_("Product"), Party.PEOPLE: N_("People")}


def score_table(score: DrillScore) -> str:
    """Lines of text, the points at the left and the total at the end."""
    record = score.record
    head = [
        "",
        f"{_('Drill')} {record.script.name}: {told(record.script.title)}",
        f"  {' / '.join(filter(None, (record.target.mower, record.target.account))) or '-'}",
    ]
    if record.trouble:
        head.append(f"  {_('Broken off: {reason}').format(reason=told(record.trouble))}")
    rows = [
        f"  {line.points:>3}/{line.of:<3} {_(PARTIES[line.expected.party]):<8} {_(VERDICTS[line.verdict][0]):<12} "
        f"{told(line.expected.what)}: {told(line.reason)}{_by(line)}"
        for line in score.lines
    ]
    totals = [f"{_(word)} {'/'.join(map(str, score.points(party)))}" for party, word in PARTIES.items()]
    points, of = score.points()
    return "\n".join([*head, *rows, f"  {points:>3}/{of:<3} {', '.join(totals)}", ""])


def score_json(score: DrillScore) -> dict[str, Any]:
    """The same for programs; times in ISO 8601, UTC."""
    record = score.record
    return {
        "drill": record.script.name,
        "mower": record.target.mower,
        "account": record.target.account,
        "began_at": record.began_at.isoformat(),
        "ended_at": record.ended_at.isoformat() if record.ended_at else None,
        "trouble": record.trouble,
        "lines": [
            {
                "key": line.expected.key,
                "what": line.expected.what,
                "party": line.expected.party.value,
                "verdict": line.verdict.value,
                "seconds": line.seconds,
                "within_s": line.expected.within_s,
                "points": line.points,
                "of": line.of,
                "by": line.seen.by if line.seen else "",
                "reason": str(line.reason),
            }
            for line in score.lines
        ],
        **{party.value: dict(zip(("points", "of"), score.points(party), strict=True)) for party in Party},
        "points": score.points()[0],
        "of": score.points()[1],
    }


def drill_list() -> str:
    """The drills there are, a line each."""
    width = max(map(len, SCRIPTS))
    return "\n".join(f"  {name:<{width}}  {told(script.title)}" for name, script in SCRIPTS.items())


def _by(line: ScoreLine) -> str:
    return f" ({line.seen.by})" if line.seen and line.seen.by else ""
