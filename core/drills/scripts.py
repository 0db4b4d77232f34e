"""The drills there are. The seconds are the product's promises: a wrong "mowing" lasts 60 s at most, a silent mower is
asked at 180 s and alarmed at 300 s, a blocked account is told within 10 s, a lost broker within 15 s, and webhooks that
stay away within 120 s. What people are given is a house rule: two minutes to take an alarm, more to deal with it."""

from collections.abc import Mapping

from core.drills.model import About, DrillScript, Expectation, Fault, Injection, Party, Sign
from core.errors import NotFound
from core.texts import N_, Text

CALM_S = 10.0
"""Before the first fault, so that people see how it looks when all is well."""

TAKE_S, DEAL_S = 120.0, 180.0
STANDS = frozenset({"halt", "pause", "stop", "return"})


def _people(*, after: str, about: About, own: bool = True) -> tuple[Expectation, ...]:
    """What somebody does about an alarm: says that it was seen, and takes it."""
    seen = Expectation(
        key="acknowledged", what=N_("The alarm is acknowledged"), party=Party.PEOPLE, sign=Sign.ACKNOWLEDGED,
        about=about, after=after, within_s=TAKE_S, points=10,
    )  # fmt: skip
    taken = Expectation(
        key="owned", what=N_("Somebody takes the alarm as its owner"), party=Party.PEOPLE, sign=Sign.OWNED,
        about=about, after=after, within_s=TAKE_S, points=10,
    )  # fmt: skip
    return (seen, taken) if own else (seen,)


def _system(key: str, what: str, sign: Sign, about: About, within_s: float, **more: object) -> Expectation:
    given: dict[str, object] = {"after": "fault", "points": 20} | more
    return Expectation(
        key=key, what=what, party=Party.SYSTEM, sign=sign, about=about, within_s=within_s, **given  # type: ignore[arg-type]
    )  # fmt: skip


ACCOUNT_BLOCKED = DrillScript(
    name="account-blocked",
    title=N_("The vendor blocks an account"),
    story=N_("A vendor account is banned while its mowers work; after five minutes the vendor lifts the ban."),
    injections=(
        Injection(
            key="fault", fault=Fault.ACCOUNT_BLOCKED, what=N_("The vendor bans the account"), at_s=CALM_S, for_s=300
        ),
    ),
    expectations=(
        _system("banner", N_("The live map's banner names the account"), Sign.BANNER, About.ACCOUNT, 10,
                details=frozenset({"blocked", "reauth_needed"})),
        _system("alarm", N_("An alarm names the account"), Sign.ALARM, About.ACCOUNT, 10,
                details=frozenset({"account_blocked", "reauth_needed"})),
        *_people(after="alarm", about=About.ACCOUNT),
        Expectation(
            key="linked", what=N_("The account is linked again once the ban is lifted"), party=Party.PEOPLE,
            sign=Sign.LINK_UP, about=About.ACCOUNT, after="fault.end", within_s=DEAL_S, points=20,
        ),
    ),
    lasts_s=CALM_S + 300 + 200,
)  # fmt: skip

BROKER_DROP = DrillScript(
    name="broker-drop",
    title=N_("The vendor's broker drops"),
    story=N_("Every connection to the vendor's broker ends and none is taken for three minutes."),
    injections=(
        Injection(
            key="fault", fault=Fault.BROKER_DOWN, what=N_("The broker takes no connection"), at_s=CALM_S, for_s=180
        ),
    ),
    expectations=(
        _system("banner", N_("The live map's banner says that the broker is down"), Sign.BANNER, About.ACCOUNT, 15,
                details=frozenset({"broker_down"})),
        _system("alarm", N_("An alarm says that the broker is down"), Sign.ALARM, About.ACCOUNT, 15,
                details=frozenset({"broker_down"})),
        *_people(after="alarm", about=About.ACCOUNT),
        _system("back", N_("The link is back by itself"), Sign.LINK_UP, About.ACCOUNT, 90, after="fault.end"),
    ),
    lasts_s=CALM_S + 180 + 100,
)  # fmt: skip

STUCK_MOWER = DrillScript(
    name="stuck-mower",
    title=N_("A mower is stuck and says that it mows"),
    story=N_("A mower turns its wheels on the spot and goes on reporting that it mows."),
    injections=(
        Injection(key="fault", fault=Fault.SPINNING, what=N_("The mower turns on the spot"), at_s=CALM_S, for_s=500),
    ),
    expectations=(
        _system("faded", N_("It is no longer shown as mowing"), Sign.FADED, About.MOWER, 60, unless=Sign.COMMANDED),
        _system("asked", N_("It is asked for a report"), Sign.ASKED, About.MOWER, 180, unless=Sign.COMMANDED),
        _system("alarm", N_("An alarm says that nothing proves its work"), Sign.ALARM, About.MOWER, 300,
                details=frozenset({"unproven", "silent"}), unless=Sign.COMMANDED),
        *_people(after="alarm", about=About.MOWER),
        Expectation(
            key="stopped", what=N_("Somebody stops it, sends it home or lets it pause"), party=Party.PEOPLE,
            sign=Sign.COMMANDED, about=About.MOWER, details=STANDS, after="alarm", within_s=DEAL_S, points=20,
        ),
    ),
    lasts_s=CALM_S + 510,
)  # fmt: skip

FROZEN_FEED = DrillScript(
    name="frozen-feed",
    title=N_("A mower's feed freezes"),
    story=N_("A mower repeats its last report for ever and answers nothing."),
    injections=(
        Injection(
            key="fault", fault=Fault.FROZEN, what=N_("The mower repeats its last report"), at_s=CALM_S, for_s=440
        ),
    ),
    expectations=(
        _system("faded", N_("It is no longer shown as mowing"), Sign.FADED, About.MOWER, 60),
        _system("banner", N_("The live map's banner says that it is silent"), Sign.BANNER, About.MOWER, 60,
                details=frozenset({"silent"})),
        _system("asked", N_("It is asked for a report"), Sign.ASKED, About.MOWER, 180),
        _system("alarm", N_("An alarm says that it fell silent"), Sign.ALARM, About.MOWER, 300,
                details=frozenset({"unproven", "silent"})),
        *_people(after="alarm", about=About.MOWER),
    ),
    lasts_s=CALM_S + 450,
)  # fmt: skip

WEBHOOK_OUTAGE = DrillScript(
    name="webhook-outage",
    title=N_("The payment provider's webhooks stay away"),
    story=N_("Something happens at the payment provider, and for four minutes it tells us nothing."),
    injections=(
        Injection(
            key="fault", fault=Fault.WEBHOOKS_HELD, what=N_("The provider holds its webhooks back"), at_s=CALM_S,
            for_s=240,
        ),
    ),
    expectations=(
        _system("banner", N_("The billing page says that webhooks stay away"), Sign.BANNER, About.PAYMENTS, 120),
        _system("taken", N_("What happened there is known here all the same"), Sign.EVENT_TAKEN, About.PAYMENTS, 120),
        Expectation(
            key="compared", what=N_("Somebody compares the books (job billing.reconcile, run now)"),
            party=Party.PEOPLE, sign=Sign.BOOKS_COMPARED, about=About.PAYMENTS, after="banner", within_s=DEAL_S,
            points=20,
        ),
    ),
    lasts_s=CALM_S + 330,
)  # fmt: skip

SCRIPTS: Mapping[str, DrillScript] = {
    script.name: script for script in (ACCOUNT_BLOCKED, BROKER_DROP, STUCK_MOWER, FROZEN_FEED, WEBHOOK_OUTAGE)
}


def script_named(name: str) -> DrillScript:
    """``NotFound`` names the drills there are."""
    if name not in SCRIPTS:
        raise NotFound(Text("there is no drill {name}; there are {known}", name=name, known=", ".join(SCRIPTS)))
    return SCRIPTS[name]
