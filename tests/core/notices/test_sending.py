"""Mail and SMS go out at least once, under one id each, and never again once confirmed; what is held comes as one."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from core.errors import NeedsHuman, Unavailable
from core.notices import Channel, RetryRules, Unreachable, Weight
from core.notices.tables import NoticeDelivery
from tests.core.notices.cast import ELM_PHONE, Street, alarm, notice, viewer_of

HOUR, TO_NIGHT = 3_600, 10 * 3_600
"""The clock stands at 7:00 in Chicago, which is quiet for Hana; three hours later it is ten."""


@pytest.fixture
def by_day(street: Street) -> Street:
    street.clock.move(3 * HOUR)
    return street


@pytest.fixture
def by_day_on_both(street_on_both: Street) -> Street:
    street_on_both.clock.move(3 * HOUR)
    return street_on_both


async def states(street: Street) -> list[tuple[str, str, str]]:
    """(channel, state, reason) of every delivery, in the order they were made."""
    query = select(NoticeDelivery).order_by(col(NoticeDelivery.created_at), col(NoticeDelivery.id))
    async with street.database.session() as session:
        return [(row.channel, row.state, row.reason) for row in (await session.exec(query)).all()]


async def test_a_notice_goes_over_the_channels_of_its_row_once(by_day_on_both: Street) -> None:
    street = by_day_on_both
    desk, _outbox, _sending = street.parts()
    await street.put(notice(street.hana, "tomorrow at nine"))
    assert await street.turn() == 1
    (letter,) = street.mail.letters
    assert (letter.to, letter.subject, letter.tried_at) == ("hana@elm.example", "tomorrow at nine", None)
    assert street.sms.letters == []
    assert await desk.unread(street.hana.id) == 1
    for _ in range(3):
        street.clock.move(HOUR)
        assert await street.turn() == 0
    assert len(street.mail.letters) == 1
    assert await states(street) == [("mail", "confirmed", "")]


async def test_what_is_put_again_under_its_key_is_not_told_again(by_day: Street) -> None:
    assert await by_day.put(notice(by_day.hana, "bill 3")) == 1
    await by_day.turn()
    assert await by_day.put(notice(by_day.hana, "bill 3")) == 0
    await by_day.turn()
    assert by_day.mail.texts == ["bill 3"]


async def test_two_processes_at_once_send_each_message_once(by_day_on_both: Street) -> None:
    street = by_day_on_both
    await street.put(*[notice(street.hana, f"n{number}") for number in range(5)])
    _desk, outbox, one = street.parts()
    _desk, _outbox, other = street.parts()
    await outbox.flush()
    sent = await asyncio.gather(one.run(), other.run())
    assert sum(sent) == 5
    assert sorted(street.mail.texts) == [f"n{number}" for number in range(5)]


async def test_a_channel_that_is_away_is_asked_again_ever_later_under_the_same_id(by_day_on_both: Street) -> None:
    street = by_day_on_both
    street.mail.fails = [Unavailable("busy"), Unavailable("busy")]
    await street.put(notice(street.hana, "bill 3"))
    await street.turn()
    for wait, sent in ((9, 0), (1, 0), (19, 0), (1, 1)):
        street.clock.move(wait)
        assert await street.turn() == sent
    assert street.mail.texts == ["bill 3"]
    assert street.mail.letters[0].tried_at is not None


async def test_after_the_last_attempt_it_is_dead_listed_and_goes_again_when_a_person_says_so(by_day: Street) -> None:
    rules = RetryRules(attempts=3)
    by_day.mail.fails = [Unavailable("busy")] * 3
    await by_day.put(notice(by_day.hana, "bill 3"))
    for _ in range(5):
        await by_day.turn(rules)
        by_day.clock.move(2 * HOUR)
    assert by_day.mail.letters == []
    (dead,) = await by_day.book.dead()
    assert (dead.title, dead.channel, dead.attempts, dead.last_error) == ("bill 3", Channel.MAIL, 3, "busy")
    await by_day.book.try_again(dead.id, by=viewer_of(by_day.ada))
    while not await by_day.turn():  # the night holds it
        by_day.clock.move(HOUR)
    assert by_day.mail.texts == ["bill 3"]
    assert await by_day.book.dead() == []


async def test_an_address_that_takes_nothing_is_given_up_at_once_and_our_own_fault_is_not(by_day: Street) -> None:
    by_day.mail.fails = [Unreachable("no such mailbox"), NeedsHuman("our login is refused")]
    await by_day.put(notice(by_day.hana, "first"))
    await by_day.turn()
    await by_day.put(notice(by_day.hana, "second"))
    await by_day.turn()
    assert [one.title for one in await by_day.book.dead()] == ["first"]
    by_day.clock.move(10)
    await by_day.turn()
    assert by_day.mail.texts == ["second"]


async def test_a_process_killed_between_sending_and_noting_it_sends_again_under_the_same_id(
    by_day_on_both: Street,
) -> None:
    street = by_day_on_both
    await street.put(notice(street.hana, "bill 3"))
    street.mail.dies = True
    with pytest.raises(KeyboardInterrupt):
        await _killed(street)
    street.mail.dies = False
    assert await street.turn() == 0  # the lease holds: the other process may still be at it
    street.clock.move(121)
    assert await street.turn() == 1
    first, again = street.mail.letters
    assert first.id == again.id
    assert (first.tried_at, again.tried_at is not None) == (None, True)
    street.clock.move(HOUR)
    assert await street.turn() == 0


async def _killed(street: Street) -> None:
    _desk, outbox, sending = street.parts()
    await outbox.flush()
    reader = (await street.readers.of([street.hana.id]))[street.hana.id]
    await sending._tell(reader, Channel.MAIL, await sending._due())


async def test_what_comes_in_the_night_comes_in_the_morning_as_one_the_loudest_in_front(street: Street) -> None:
    await street.put(notice(street.hana, "mown"))
    street.clock.move(60)
    await street.put(notice(street.hana, "not paid", "billing_payment_failed", Weight.WARNING))
    await street.turn()
    assert street.mail.letters == []
    assert {reason for _channel, _state, reason in await states(street)} == {"quiet", "no_address"}
    street.clock.move(HOUR)
    assert await street.turn() == 1
    assert street.mail.texts == ["not paid\nmown"]
    assert sorted(state for channel, state, _reason in await states(street) if channel == "mail") == [
        "confirmed",
        "folded",
    ]
    street.clock.move(HOUR)
    assert await street.turn() == 0


async def test_a_digest_that_fails_keeps_its_lines_and_takes_no_new_ones(by_day: Street) -> None:
    street = by_day
    street.clock.move(TO_NIGHT + 2 * HOUR)
    await street.put(notice(street.hana, "a"), notice(street.hana, "b"))
    await street.turn()
    street.clock.move(11 * HOUR)
    street.mail.fails = [Unavailable("busy")]
    assert await street.turn() == 0
    await street.put(notice(street.hana, "c"))
    street.clock.move(30)
    assert await street.turn() == 2
    assert sorted(sorted(text.split("\n")) for text in street.mail.texts) == [["a", "b"], ["c"]]


async def test_beyond_the_limit_the_rest_comes_as_one_once_the_hour_allows(by_day_on_both: Street) -> None:
    street = by_day_on_both
    await street.preferences.set_limit(street.hana.id, 2, by=viewer_of(street.hana))
    for number in range(5):
        await street.put(notice(street.hana, f"n{number}"))
        street.clock.move(1)
    assert await street.turn() == 2
    assert street.mail.texts == ["n0", "n1"]
    street.clock.move(HOUR - 1)
    assert await street.turn() == 0
    street.clock.move(1)
    assert await street.turn() == 1
    assert street.mail.texts[-1] == "n2\nn3\nn4"


async def test_a_critical_alarm_rings_a_verified_phone_in_the_night_and_one_without_a_phone_is_told_by_mail(
    street: Street,
) -> None:
    await street.preferences.set_quiet(
        street.dana.id, {"days": list(range(7)), "begins": "00:00", "ends": "23:00"}, by=viewer_of(street.dana)
    )
    await street.put(alarm(street.dana, "Luba-1 was lifted"), alarm(street.dana, "Luba-2 is slow", Weight.WARNING))
    await street.turn()
    assert (street.mail.texts, street.sms.texts) == (["Luba-1 was lifted"], [])
    await street.verified(street.dana)
    await street.put(alarm(street.dana, "Luba-3 was lifted"))
    await street.turn()
    assert (street.sms.texts, street.sms.letters[0].to) == (["Luba-3 was lifted"], ELM_PHONE)


async def test_what_is_switched_off_before_it_went_does_not_go_and_says_why(street: Street) -> None:
    await street.put(notice(street.hana, "tomorrow at nine"))
    await street.turn()
    await street.preferences.choose(street.hana.id, "visit.coming", Channel.MAIL, False, by=viewer_of(street.hana))
    street.clock.move(2 * HOUR)
    assert await street.turn() == 0
    assert await states(street) == [("mail", "dropped", "not_chosen")]


async def test_the_bell_switched_off_does_not_ring_but_keeps_the_notice_and_rings_for_what_is_critical(
    street: Street,
) -> None:
    desk, outbox, _sending = street.parts()
    for event in ("alarm.other", "alarm.critical"):
        await street.preferences.choose(street.dana.id, event, Channel.IN_APP, False, by=viewer_of(street.dana))
    rung: list[UUID] = []
    desk.changed.subscribe(rung.append)
    await street.put(alarm(street.dana, "slow", Weight.WARNING), alarm(street.dana, "lifted"))
    await outbox.flush()
    assert await desk.unread(street.dana.id) == 1
    assert sorted(one.title for one in await desk.notices(street.dana.id)) == ["lifted", "slow"]
    assert len(await desk.notices(street.dana.id, unread_only=True)) == 1


async def test_what_is_broken_about_one_persons_message_keeps_nobody_elses_back(by_day: Street) -> None:
    by_day.mail.breaks_for = "hana@elm.example"
    await by_day.put(notice(by_day.hana, "a"), alarm(by_day.dana, "lifted"))
    with pytest.raises(ZeroDivisionError):
        await by_day.turn()
    assert by_day.mail.texts == ["lifted"]
    by_day.mail.breaks_for = ""
    by_day.clock.move(121)
    assert await by_day.turn() == 1


async def test_a_closed_account_hears_nothing_more(by_day: Street) -> None:
    await by_day.put(notice(by_day.hana, "a"))
    _desk, outbox, sending = by_day.parts()
    await outbox.flush()
    await by_day.people.change_person(by_day.hana.id, by=viewer_of(by_day.ada), active=False)
    assert await sending.run() == 0
    assert await states(by_day) == [("mail", "dropped", "closed")]


async def test_a_number_whose_owner_answered_stop_gets_no_more_texts_until_it_is_verified_anew(by_day: Street) -> None:
    await by_day.verified(by_day.dana)
    by_day.sms.fails = [Unreachable("STOP", stopped=True)]
    await by_day.put(alarm(by_day.dana, "first"))
    await by_day.turn()
    assert (await by_day.phones().of(by_day.dana.id)).stopped  # type: ignore[union-attr]
    await by_day.put(alarm(by_day.dana, "second"))
    await by_day.turn()
    assert by_day.sms.texts == []
    by_day.clock.move(HOUR)
    await by_day.verified(by_day.dana)
    await by_day.put(alarm(by_day.dana, "third"))
    await by_day.turn()
    assert by_day.sms.texts == ["third"]


async def test_a_receipt_that_says_undelivered_lists_the_message_and_a_late_word_changes_nothing(
    by_day_on_both: Street,
) -> None:
    street = by_day_on_both
    await street.verified(street.dana)
    await street.put(alarm(street.dana, "lifted"))
    await street.turn()
    delivery = street.sms.letters[0].id
    reference = f"ref-{delivery}"
    assert await street.book.note_receipt(delivery, reference, "sent")
    assert not await street.book.note_receipt(delivery, "somebody else's", "delivered")
    assert await street.book.note_receipt(delivery, reference, "undelivered", error="30003")
    assert not await street.book.note_receipt(delivery, reference, "sent")
    assert not await street.book.note_receipt(delivery, reference, "delivered")
    (dead,) = await street.book.dead()
    assert (dead.id, dead.receipt, dead.last_error) == (delivery, "undelivered", "30003")


async def test_a_word_that_comes_before_we_noted_the_message_is_taken(by_day: Street) -> None:
    await by_day.verified(by_day.dana)
    await by_day.put(alarm(by_day.dana, "lifted"))
    by_day.sms.dies = True
    _desk, outbox, sending = by_day.parts()
    await outbox.flush()
    reader = (await by_day.readers.of([by_day.dana.id]))[by_day.dana.id]
    due = [row for row in await sending._due() if row[0].channel == "sms"]
    with pytest.raises(KeyboardInterrupt):
        await sending._tell(reader, Channel.SMS, due)
    assert await by_day.book.note_receipt(by_day.sms.letters[0].id, "SM1", "delivered")


async def test_the_zone_is_that_of_the_home_of_the_company_or_of_ones_own_choice(street: Street) -> None:
    both = await street.readers.of([street.hana.id, street.dana.id])
    assert {reader.zone.key for reader in both.values()} == {"America/Chicago"}
    await street.preferences.set_zone(street.dana.id, "Europe/Berlin", by=viewer_of(street.dana))
    assert (await street.readers.of([street.dana.id]))[street.dana.id].zone.key == "Europe/Berlin"


async def test_what_stood_in_the_outbox_before_there_were_channels_is_mailed_to_nobody(street: Street) -> None:
    await street.put(notice(street.hana, "old"))
    async with street.database.connection() as connection:
        await connection.exec_driver_sql("UPDATE notice_outbox SET routed_at = created_at")
    street.clock.move(timedelta(days=1).total_seconds())
    assert await street.turn() == 0
    assert street.mail.letters == []
