"""What people choose is kept and audited; a phone is used once its code came back; a link turns mails off."""

import pytest

from core.accounts import ConsentKind
from core.db.reads.consents import consents_of
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.notices import Channel, PhoneDesk, Unreachable, e164
from tests.core.notices.cast import ELM_PHONE, SECRET, Street, viewer_of

NIGHT = {"days": [0, 1, 2], "begins": "22:00", "ends": "06:30"}


async def test_choices_quiet_hours_zone_and_limit_are_kept_and_every_change_is_audited(street_on_both: Street) -> None:
    street, hana = street_on_both, viewer_of(street_on_both.hana)
    desk = street.preferences
    await desk.choose(hana.person_id, "visit.done", Channel.MAIL, True, by=hana)
    await desk.choose(hana.person_id, "visit.done", Channel.MAIL, False, by=hana)
    await desk.set_quiet(hana.person_id, NIGHT, by=hana)
    await desk.set_zone(hana.person_id, "Europe/Berlin", by=hana)
    await desk.set_limit(hana.person_id, 3, by=hana)
    shown = await desk.of(hana.person_id)
    assert shown.quiet is not None
    assert (sorted(shown.quiet.days), shown.quiet.begins.hour, shown.quiet.ends.minute) == ([0, 1, 2], 22, 30)
    assert (shown.reader.zone.key, shown.reader.most_an_hour) == ("Europe/Berlin", 3)
    lines = await street.people.audit.lines(action="notices.")
    assert [line.action for line in lines] == [
        "notices.limit", "notices.zone", "notices.quiet_hours", "notices.choose", "notices.choose",
    ]  # fmt: skip
    assert lines[3].before == {"on": True}
    await desk.set_quiet(hana.person_id, None, by=hana)
    assert (await desk.of(hana.person_id)).quiet is None
    await desk.reset(hana.person_id, by=hana)
    again = await desk.of(hana.person_id)
    assert again.quiet is not None and again.quiet.begins.hour == 21
    assert again.reader.choices == {}


async def test_homeowners_sleep_by_default_and_those_who_work_for_us_choose(street: Street) -> None:
    assert (await street.preferences.of(street.hana.id)).quiet is not None
    assert (await street.preferences.of(street.dana.id)).quiet is None


async def test_the_matrix_has_a_cell_a_channel_and_says_what_the_default_is(street: Street) -> None:
    await street.preferences.choose(
        street.dana.id, "alarm.critical", Channel.SMS, False, by=viewer_of(street.dana)
    )  # fmt: skip
    shown = await street.preferences.of(street.dana.id)
    cells = {(cell.event.key, cell.channel): cell for row in shown.matrix for cell in row}
    critical = cells["alarm.critical", Channel.SMS]
    assert (critical.chosen, critical.usual) == (False, True)
    assert all(len(row) == len(Channel) for row in shown.matrix)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "america/chicago", "../etc/passwd"])
async def test_a_zone_that_is_none_is_refused(street: Street, zone: str) -> None:
    with pytest.raises(Invalid, match="expected a name such as America/Chicago"):
        await street.preferences.set_zone(street.hana.id, zone, by=viewer_of(street.hana))


async def test_quiet_hours_without_an_end_an_unknown_event_and_a_limit_out_of_range_are_refused(street: Street) -> None:
    hana, desk = viewer_of(street.hana), street.preferences
    with pytest.raises(Invalid, match="quiet hours"):
        await desk.set_quiet(hana.person_id, {"days": [1], "begins": "22:00", "ends": "22:00"}, by=hana)
    with pytest.raises(Invalid, match=r"expected one of alarm\.critical"):
        await desk.choose(hana.person_id, "visit.unheard", Channel.MAIL, True, by=hana)
    for most in (0, 61):
        with pytest.raises(Invalid, match="expected 1 to 60"):
            await desk.set_limit(hana.person_id, most, by=hana)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("507 555 0123", "+15075550123"),
        ("(507) 555-0123", "+15075550123"),
        ("1-507-555-0123", "+15075550123"),
        ("+49 151 2345 6789", "+4915123456789"),
        ("0049 151 23456789", "+4915123456789"),
    ],
)
def test_a_number_is_kept_as_e164(typed: str, number: str) -> None:
    assert e164(typed) == number


@pytest.mark.parametrize("typed", ["", "12345", "+0123456789", "call me", "+1507555012345678", "５０７５５５０１２３"])
def test_what_is_no_number_says_what_was_expected(typed: str) -> None:
    with pytest.raises(Invalid, match=r"expected a number such as \+1 507 555 0123"):
        e164(typed)


async def test_a_phone_is_used_only_once_its_code_came_back(street_on_both: Street) -> None:
    street, dana = street_on_both, viewer_of(street_on_both.dana)
    desk = street.phones(["123456"])
    asked = await desk.ask_code("507 555 0123", by=dana)
    assert (asked.number, asked.verified, asked.waiting_until is not None) == (ELM_PHONE, False, True)
    assert (street.sms.letters[0].to, street.sms.letters[0].text) == (ELM_PHONE, "en: 123456")
    assert (await street.readers.of([dana.person_id]))[dana.person_id].phone == ""
    with pytest.raises(Invalid, match="not the code"):
        await desk.verify("123457", by=dana)
    assert (await desk.verify(" 123456 ", by=dana)).verified
    assert (await street.readers.of([dana.person_id]))[dana.person_id].phone == ELM_PHONE
    with pytest.raises(NotFound):
        await desk.verify("123456", by=dana)  # it worked once
    (agreed,) = await consents_of(street.database, dana.person_id)
    assert (agreed.kind, agreed.subject, agreed.withdrawn_at) == (ConsentKind.SMS, "...0123", None)
    await desk.forget(by=dana)
    assert await desk.of(dana.person_id) is None
    (withdrawn,) = await consents_of(street.database, dana.person_id)
    assert (withdrawn.withdrawn_at is not None, withdrawn.withdrawn_by) == (True, "web")
    numbers = [line.after for line in await street.people.audit.lines(action="phone.")]
    assert all(number == {"number": "...0123"} for number in numbers)


async def test_a_code_dies_after_five_wrong_tries_or_ten_minutes(street: Street) -> None:
    dana, desk = viewer_of(street.dana), street.phones(["123456", "222222"])
    await desk.ask_code(ELM_PHONE, by=dana)
    for _ in range(5):
        with pytest.raises(Invalid):
            await desk.verify("000000", by=dana)
    with pytest.raises(Conflict, match="used up"):
        await desk.verify("123456", by=dana)
    await desk.ask_code(ELM_PHONE, by=dana)
    street.clock.move(600)
    with pytest.raises(Conflict, match="used up"):
        await desk.verify("222222", by=dana)


async def test_at_most_three_codes_an_hour_are_sent_and_another_number_does_not_help(street: Street) -> None:
    dana, desk = viewer_of(street.dana), street.phones([f"{number}" * 6 for number in range(9)])
    for number in range(3):
        await desk.ask_code(f"+1507555010{number}", by=dana)
    with pytest.raises(Conflict, match="try again in 60 min"):
        await desk.ask_code("+15075550109", by=dana)
    assert len(street.sms.letters) == 3
    street.clock.move(3_600)
    await desk.ask_code("+15075550109", by=dana)


async def test_another_number_must_be_verified_again_and_one_that_takes_nothing_says_so(street: Street) -> None:
    dana = viewer_of(street.dana)
    await street.verified(street.dana)
    desk = street.phones(["1" * 6, "2" * 6])
    assert not (await desk.ask_code("+15075550199", by=dana)).verified
    street.sms.fails = [Unreachable("this number takes no text messages")]
    with pytest.raises(Unreachable):
        await desk.ask_code("+15005550001", by=dana)


async def test_without_text_messages_a_phone_is_refused_in_words(street: Street) -> None:
    desk = PhoneDesk(
        database=street.database, clock=street.clock, audit=street.people.audit, sender=None,
        words=lambda _language, code: code, secret=SECRET,
    )  # fmt: skip
    with pytest.raises(Unavailable, match="not set up"):
        await desk.ask_code(ELM_PHONE, by=viewer_of(street.dana))


async def test_a_link_turns_one_events_mails_off_without_a_sign_in_and_on_again(street: Street) -> None:
    token = street.unsubscribing.token(street.hana.id, "billing.bill")
    assert street.unsubscribing.read(token).event.key == "billing.bill"
    for _ in range(2):
        await street.unsubscribing.switch(token)
    choices = (await street.preferences.of(street.hana.id)).reader.choices
    assert choices == {("billing.bill", Channel.MAIL): False}
    await street.unsubscribing.switch(token, on=True)
    assert (await street.preferences.of(street.hana.id)).reader.choices == {("billing.bill", Channel.MAIL): True}
    (newest, *_rest) = await street.people.audit.lines(action="notices.choose")
    assert (newest.actor, newest.source) == ("unsubscribe link", "link")


async def test_a_link_that_was_changed_or_signed_by_another_key_does_nothing(street: Street) -> None:
    token = street.unsubscribing.token(street.hana.id, "billing.bill")
    head, body, signature = token.split(".")
    other = type(street.unsubscribing)("another secret of the tests", street.preferences)
    swapped = street.unsubscribing.token(street.dana.id, "billing.bill").split(".")[1]
    wrong = [f"{head}.{swapped}.{signature}", f"{head}.{body}.", "", "x", other.token(street.hana.id, "billing.bill")]
    for bad in wrong:
        with pytest.raises(NotFound):
            await street.unsubscribing.switch(bad)
    assert (await street.preferences.of(street.hana.id)).reader.choices == {}
