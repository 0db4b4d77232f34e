"""Two versions of a cluster compared: pure."""

from core.neighbourhood.clusters.model import Finding, Level
from core.neighbourhood.clusters.views import VersionDiff, VersionView
from core.texts import Text, sentence


def compare(before: VersionView, after: VersionView) -> VersionDiff:
    """Who came, who left, whether the host changed, and which findings are new or gone."""
    old = {member.home_id: member for member in (before.host, *before.neighbours)}
    new = {member.home_id: member for member in (after.host, *after.neighbours)}
    moved = before.host.home_id != after.host.home_id
    renamed = before.name != after.name
    return VersionDiff(
        before=before.version,
        after=after.version,
        came=tuple(member for home_id, member in new.items() if home_id not in old),
        left=tuple(member for home_id, member in old.items() if home_id not in new),
        host_before=before.host if moved else None,
        host_after=after.host if moved else None,
        name_before=before.name if renamed else None,
        name_after=after.name if renamed else None,
        state_before=before.state,
        state_after=after.state,
        verdicts=_verdicts(before.findings, after.findings),
    )


def _verdicts(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> tuple[str, ...]:
    old = {str(finding.words): finding for finding in before if finding.level is not Level.OK}
    new = {str(finding.words): finding for finding in after if finding.level is not Level.OK}
    fresh = [Text("New: {finding}", finding=sentence(new[words].words)) for words in new if words not in old]
    gone = [Text("No longer: {finding}", finding=sentence(old[words].words)) for words in old if words not in new]
    return (*fresh, *gone)
