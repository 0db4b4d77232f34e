"""The hours without mowing that a device holds itself, through PyMammotion's own calls, against the simulated cloud."""

from pymammotion.data.model.device_info import DeviceNonWorkingHours

from core.fleet.model import DailyHours
from external.mammotion.hours import hours_of
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorServer


async def test_hours_are_written_read_back_and_removed(link: MammotionLink, street: SimulatorServer) -> None:
    name, device = link.devices[0].device_name, street.devices[0]
    assert await link.hours.read(name) is None
    night = DailyHours(22 * 60, 7 * 60 + 15)
    await link.hours.write(name, night)
    assert await link.hours.read(name) == night
    assert (device.no_work.unableStartTime, device.no_work.unableEndTime, device.no_work.trigger) == (
        "22:00",
        "07:15",
        1,
    )
    await link.hours.write(name, None)
    assert await link.hours.read(name) is None
    assert device.no_work.trigger == 0


def test_what_is_no_time_of_day_is_none() -> None:
    for begins, ends in (("", ""), ("25:00", "07:00"), ("07:00", "07:00"), ("never", "07:00")):
        assert hours_of(DeviceNonWorkingHours(start_time=begins, end_time=ends)) is None
    assert hours_of(DeviceNonWorkingHours(start_time="7:05", end_time="08:00:00")) == DailyHours(425, 480)
