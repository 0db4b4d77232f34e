"""Messages in words: each in its reader's language, zone and money, with its links, and nothing unescaped."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from core.accounts import Role, Viewer
from core.clock import MovableClock
from core.errors import NotFound
from core.ids import new_id
from core.notices import EVENTS, Channel, NoticeView, Parcel, Reader, VisitTold, Weight, event_of, visit_notices
from core.texts import Amount, Moment, Text, kept, recalled
from dashboard.i18n import told, use_language, use_zone
from dashboard.notices.samples import preview, samples
from dashboard.notices.wording import LISTED, LONGEST_SMS, PostWording, code_words, id_of, short_of

NINE = datetime(2026, 6, 3, 14, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")
ADA = Viewer(UUID(int=1), "ada@elm.example", "Ada Lind", Role.ADMIN)


def reader(language: str = "en", zone: str = "America/Chicago") -> Reader:
    return Reader(
        person_id=UUID(int=2), name="Hana <b>", email="hana@elm.example", language=language, role=Role.HOMEOWNER,
        zone=ZoneInfo(zone), phone="+15075550123",
    )  # fmt: skip


def view(title: str, body: str = "", **given: object) -> NoticeView:
    fields = {
        "id": new_id(), "kind": "visit.coming", "title": title, "body": body, "link": "/home", "group": "",
        "weight": Weight.INFO, "created_at": NINE,
    } | given  # fmt: skip
    return NoticeView(**fields)  # type: ignore[arg-type]


def parcel(notice: NoticeView, channel: Channel = Channel.MAIL, **given: object) -> Parcel:
    fields = {"id": new_id(), "channel": channel, "reader": reader(), "notice": notice} | given
    return Parcel(**fields)  # type: ignore[arg-type]


COMING = Text("The mower comes {begins:when}", begins=Moment(NINE))


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "America/Chicago", "The mower comes Wed, Jun 3, 2026, 9:00 AM"),
        ("en", "Europe/Berlin", "The mower comes Wed, Jun 3, 2026, 4:00 PM"),
        ("de", "Europe/Berlin", "Der Mäher kommt Mi., 3. Juni 2026, 16:00"),
    ],
)
def test_a_time_is_told_in_the_readers_zone_and_language(language: str, zone: str, words: str) -> None:
    with use_language(language), use_zone(ZoneInfo(zone)):
        assert told(COMING) == words


def test_a_time_and_an_amount_survive_the_database_and_read_well_in_english_without_a_screen() -> None:
    text = Text("{owed} since {at:day}", owed=Amount(123_456, "USD"), at=Moment(NINE))
    again = recalled(kept(text))
    assert str(again) == str(text) == "1,234.56 USD since Wed 03 Jun 2026"
    with use_language("de"), use_zone(CHICAGO):
        assert told(again) == "1.234,56\u00a0$ since Mi., 3. Juni 2026"


def test_the_morning_after_the_clocks_changed_is_told_right() -> None:
    before, after = (Moment(datetime(2026, 3, day, 14, tzinfo=UTC)) for day in (7, 8))
    with use_zone(CHICAGO):
        times = [told(Text("{at:time}", at=moment)) for moment in (before, after)]
    assert times == ["8:00 AM", "9:00 AM"]


def test_a_mail_says_who_what_where_why_and_how_to_stop_it() -> None:
    letter = PostWording("https://mow.example/").letter(parcel(view(COMING, "12 ELM ST: about 48 minutes.")))
    assert letter.subject == "The mower comes Wed, Jun 3, 2026, 9:00 AM"
    for words in (
        "Hello Hana <b>,", "12 ELM ST: about 48 minutes.", "https://mow.example/home",
        "You get this because “Visit coming” is on for mail.", "Times are in America/Chicago.",
        "https://mow.example/account/notices",
    ):  # fmt: skip
        assert words in letter.text, words
    assert letter.unsubscribe == ""
    assert "Hana &lt;b&gt;" in letter.html and "Hana <b>" not in letter.html


def test_a_mail_in_german_is_german_throughout() -> None:
    letter = PostWording("https://mow.example").letter(parcel(view(COMING), reader=reader("de", "Europe/Berlin")))
    assert letter.subject == "Der Mäher kommt Mi., 3. Juni 2026, 16:00"
    assert 'lang="de"' in letter.html
    for english in ("Hello", "You get this", "Choose what", "Times are"):
        assert english not in letter.text and english not in letter.html


def test_what_was_held_back_stands_below_with_its_time_and_the_rest_is_counted() -> None:
    others = [view(f"alarm {number}") for number in range(LISTED + 3)]
    letter = PostWording("https://mow.example").letter(parcel(view("first"), others=others))
    assert letter.subject == f"first (and {LISTED + 3} more notices)"
    assert "- alarm 0 (Wed, Jun 3, 2026, 9:00 AM)" in letter.text
    assert f"alarm {LISTED}" not in letter.text
    assert "and 3 more, in the app" in letter.text
    assert "and 3 more, in the app" in letter.html


def test_a_text_message_is_short_and_ends_in_a_link_that_no_other_has() -> None:
    wording, notice = PostWording("https://mow.example"), view("x" * 900)
    letter = wording.letter(parcel(notice, Channel.SMS, others=[view("other")]))
    assert (letter.to, letter.subject, letter.html) == ("+15075550123", "", "")
    assert len(letter.text) <= LONGEST_SMS
    assert letter.text.endswith(f"(and 1 more notice) https://mow.example/n/{short_of(notice.id)}")
    assert id_of(short_of(notice.id)) == notice.id


@pytest.mark.parametrize("short", ["", "abc", "../../etc", "ü" * 22, "A" * 40])
def test_a_short_link_that_is_none_is_not_found(short: str) -> None:
    with pytest.raises(NotFound):
        id_of(short)


def test_the_code_is_told_in_the_readers_language() -> None:
    assert code_words("en", "123456").startswith("123456 is your MowthosOS code")
    assert "Code" in code_words("de", "123456") and code_words("de", "1") != code_words("en", "1")


def test_every_row_of_the_matrix_has_a_sample_and_every_sample_reads_in_both_languages_and_channels(
    clock: MovableClock,
) -> None:
    known = samples(clock.now())
    assert {event_of(one.notice.kind, one.notice.weight).key for one in known} == {event.key for event in EVENTS}
    assert len({one.key for one in known}) == len(known)
    wording = PostWording("https://mow.example")
    for sample in known:
        for channel in (Channel.MAIL, Channel.SMS):
            english, german = (
                preview(sample, channel=channel, language=language, viewer=ADA, wording=wording)
                for language in ("en", "de")
            )
            assert english.text != german.text, sample.key
            assert "{" not in english.text + german.text, sample.key


def test_a_visit_is_told_once_each_thing_and_a_second_move_again() -> None:
    visit, people = new_id(), [new_id(), new_id()]

    def moved(day: int) -> list[str]:
        facts = {"begins": NINE, "instead": NINE.replace(day=day), "reason": "rain"}
        made = visit_notices(VisitTold.MOVED, visit_id=visit, people=people, address="12 ELM ST", **facts)
        return [one.key for one in made]

    assert len(set(moved(4))) == 2
    assert set(moved(4)) & set(moved(5)) == set()
    assert moved(4) == moved(4)
    (done, _other) = visit_notices(
        VisitTold.DONE, visit_id=visit, people=people, address="12 ELM ST", minutes=48, percent=97
    )  # fmt: skip
    assert (done.kind, done.title, done.body) == (
        "visit.done", "Your lawn is mown", "12 ELM ST: 48 minutes, 97 % of the lawn.",
    )  # fmt: skip
