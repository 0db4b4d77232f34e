"""Clusters and the rules' answers as the screens' scripts read them: plain, in the current language."""

from typing import Any

from core.neighbourhood.clusters import (
    CONSENT_WORDS,
    BestHost,
    CheckResult,
    ClusterView,
    Corridor,
    Finding,
    MemberView,
    Rule,
)
from dashboard.clusters.style import LEVELS, state_word
from dashboard.i18n import N_, _, told

RULE_WORDS = {
    Rule.HOST: N_("Known homes"),
    Rule.SIZE: N_("Size"),
    Rule.RADIUS: N_("Distance"),
    Rule.REACH: N_("Reached without a road"),
    Rule.CONTIGUITY: N_("Hangs together"),
    Rule.CONSENT: N_("Consent of crossed lots"),
    Rule.OVERLAP: N_("One cluster a home"),
}


def check_told(result: CheckResult) -> dict[str, Any]:
    """Findings by rule, corridors, and members with their numbers."""
    return {
        "rules": rules_told(result.findings),
        "findings": [finding_told(finding) for finding in result.findings],
        "corridors": [corridor_told(corridor) for corridor in result.corridors],
        "members": [member_told(member) for member in result.members],
        "valid": result.valid,
    }


def rules_told(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Every rule once, with the worst that was said of it."""
    told_rules = []
    order = list(LEVELS)
    for rule in Rule:
        mine = [finding for finding in findings if finding.rule is rule]
        if not mine:
            continue
        worst = max((finding.level for finding in mine), key=order.index)
        word, family = LEVELS[worst]
        told_rules.append(
            {
                "rule": rule.value,
                "title": _(RULE_WORDS[rule]),
                "level": worst.value,
                "word": _(word),
                "family": family,
                "findings": [finding_told(finding) for finding in mine],
            }
        )
    return told_rules


def finding_told(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.value,
        "level": finding.level.value,
        "home": finding.home_id,
        "words": told(finding.words),
        "geometry": finding.geometry,
        "blocks": finding.blocks_approval,
    }


def corridor_told(corridor: Corridor) -> dict[str, Any]:
    return {
        "home": corridor.home_id,
        "distance_m": corridor.distance_m,
        "verdict": corridor.verdict,
        "words": told(corridor.words),
        "length_m": corridor.length_m,
        "route": corridor.route,
        "barrier": corridor.barrier,
        "crosses": list(corridor.crosses),
    }


def member_told(member: MemberView) -> dict[str, Any]:
    return {
        "id": member.home_id,
        "address": member.address,
        "city": member.city,
        "place": [member.longitude, member.latitude],
        "part": member.part.value,
        "distance_m": member.distance_m,
        "length_m": member.length_m,
        "consent": member.consent,
        "consent_words": _(CONSENT_WORDS[member.consent]),
        "lot": str(member.lot_id) if member.lot_id else None,
    }


def cluster_told(view: ClusterView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "code": view.code,
        "name": view.name,
        "state": view.state.value,
        "state_word": state_word(view.state),
        "version": view.version,
        "host": view.host.home_id,
        "homes": list(view.home_ids),
        "members": [member_told(member) for member in view.members],
        "most": view.max_neighbours,
        "href": f"/clusters/{view.id}",
    }


def best_host_told(best: BestHost) -> dict[str, Any]:
    return {
        "home": best.home_id,
        "words": told(best.words),
        "options": [
            {"home": option.home_id, "words": told(option.words), "reached": len(option.reached)}
            for option in best.options
        ],
    }
