"""The people of Elm Street, the channels that reach them, and what went over those."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.accounts import HashCost, Passwords, People, PersonView, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.db.reads.notice_readers import NoticeReaders
from core.errors import MowthosError
from core.neighbourhood import add_person, create_household, register_lot
from core.notices import (
    Channel,
    DeliveryBook,
    InApp,
    Letter,
    Notice,
    NoticeDesk,
    Outbox,
    Parcel,
    PhoneDesk,
    PreferenceDesk,
    RetryRules,
    Router,
    Sending,
    Unsubscribing,
    Weight,
    put_notices,
)

PASSWORD = "correct horse battery"
SECRET = "a secret of the tests, long enough"
ELM_PHONE = "+15075550123"


class PlainWords:
    """Words that name what is in a parcel: rules are tested here, not sentences."""

    def letter(self, parcel: Parcel) -> Letter:
        lines = [parcel.notice.title, *(one.title for one in parcel.others)]
        return Letter(
            id=parcel.id, to=parcel.reader.address(parcel.channel), subject=lines[0], text="\n".join(lines)
        )  # fmt: skip


@dataclass
class Post:
    """A channel that fails with what stands in ``fails``, in turn; ``dies`` stands for a process that is killed,
    ``breaks_for`` for a bug of ours that one address meets."""

    fails: list[MowthosError] = field(default_factory=list)
    dies: bool = False
    breaks_for: str = ""
    letters: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> str:
        if self.fails:
            raise self.fails.pop(0)
        if letter.to == self.breaks_for:
            raise ZeroDivisionError
        self.letters.append(letter)
        if self.dies:
            raise KeyboardInterrupt
        return f"ref-{letter.id}"

    @property
    def texts(self) -> list[str]:
        return [letter.text for letter in self.letters]


@dataclass
class Street:
    """Hana lives at 12 Elm Street; Dana dispatches, Ada administers; mail and SMS are fakes of our own port."""

    database: Database
    clock: MovableClock
    people: People
    mail: Post
    sms: Post
    hana: PersonView
    dana: PersonView
    ada: PersonView

    @property
    def readers(self) -> NoticeReaders:
        return NoticeReaders(self.database)

    @property
    def preferences(self) -> PreferenceDesk:
        return PreferenceDesk(self.database, self.clock, self.people.audit, self.readers.of)

    @property
    def unsubscribing(self) -> Unsubscribing:
        return Unsubscribing(SECRET, self.preferences)

    @property
    def book(self) -> DeliveryBook:
        return DeliveryBook(self.database, self.clock, self.people.audit)

    def phones(self, codes: list[str] | None = None) -> PhoneDesk:
        more = {} if codes is None else {"make_code": iter(codes).__next__}
        return PhoneDesk(
            database=self.database, clock=self.clock, audit=self.people.audit, sender=self.sms,
            words=lambda language, code: f"{language}: {code}", secret=SECRET, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def parts(self, rules: RetryRules | None = None) -> tuple[NoticeDesk, Outbox, Sending]:
        """Bell, outbox and sending as one process has them."""
        senders: Mapping[Channel, Post] = {Channel.MAIL: self.mail, Channel.SMS: self.sms}
        in_app, readers = InApp(), self.readers.of
        router = Router(self.database, self.clock, readers, tuple(senders))
        sending = Sending(
            database=self.database, clock=self.clock, readers=readers, wording=PlainWords(), senders=senders,
            rules=rules or RetryRules(),
        )  # fmt: skip
        outbox = Outbox(self.database, self.clock, {Channel.IN_APP: in_app}, router=router)
        return NoticeDesk(self.database, self.clock, in_app, readers), outbox, sending

    async def put(self, *notices: Notice) -> int:
        async with self.database.session() as session:
            return await put_notices(session, notices, self.clock)

    async def turn(self, rules: RetryRules | None = None) -> int:
        """One turn of the job; how many messages went out."""
        _desk, outbox, sending = self.parts(rules)
        await outbox.flush()
        return await sending.run()

    async def verified(self, who: PersonView, number: str = ELM_PHONE) -> None:
        """Give somebody a phone that answered."""
        desk = self.phones(["123456"])
        await desk.ask_code(number, by=viewer_of(who))
        await desk.verify("123456", by=viewer_of(who))
        self.sms.letters.clear()


def viewer_of(person: PersonView) -> Viewer:
    return Viewer(person.id, person.email, person.name, person.role, person.language)


def notice(person: PersonView | UUID, key: str, kind: str = "visit.coming", weight: Weight = Weight.INFO) -> Notice:
    person_id = person if isinstance(person, UUID) else person.id
    return Notice(key=f"{key}/{person_id}", person_id=person_id, kind=kind, title=key, weight=weight)


def alarm(person: PersonView, key: str, weight: Weight = Weight.CRITICAL) -> Notice:
    return notice(person, key, "alarm.raised", weight)


async def make_street(database: Database, clock: MovableClock) -> Street:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))

    async def person(name: str, role: Role) -> PersonView:
        return await people.create_person(email=f"{name}@elm.example", name=name.title(), role=role, password=PASSWORD)

    hana, dana, ada = [
        await person(name, role)
        for name, role in (("hana", Role.HOMEOWNER), ("dana", Role.DISPATCHER), ("ada", Role.ADMIN))
    ]
    household = await create_household(database, clock, name="Hana")
    await add_person(database, household_id=household, person_id=hana.id)
    await register_lot(
        database, household_id=household, address="12 ELM ST", city="BYRON", longitude=-92.64, latitude=44.03
    )
    return Street(database, clock, people, Post(), Post(), hana, dana, ada)
