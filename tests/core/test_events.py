"""Subscribers hear in order, stop hearing when they leave, and do not silence one another."""

from core.events import Event


def test_subscribers_hear_in_order_until_they_leave() -> None:
    heard: list[str] = []
    event: Event[int] = Event("thing_happened")
    leave = event.subscribe(lambda value: heard.append(f"first {value}"))
    event.subscribe(lambda value: heard.append(f"second {value}"))
    event.emit(1)
    leave()
    leave()
    event.emit(2)
    assert heard == ["first 1", "second 1", "second 2"]
    assert event.subscribers == 1


def test_a_broken_listener_does_not_silence_the_others() -> None:
    heard: list[int] = []
    event: Event[int] = Event("thing_happened")
    event.subscribe(lambda value: [][value])
    event.subscribe(heard.append)
    event.emit(3)
    assert heard == [3]
