"""House numbers that climb along a street, even on one side and odd on the other, a new hundred every block or so."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from core.neighbourhood.town.model import Frontage, Street

METRES_A_NUMBER = 2.2


def house_numbers(random: Random, streets: Sequence[Street], frontages: Sequence[Frontage]) -> list[int]:
    """One number for each frontage, in order; unique on its street, rising with the distance along it."""
    numbers = [0] * len(frontages)
    sides: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, frontage in enumerate(frontages):
        sides[frontage.street, frontage.side].append(index)
    starts = {street.id: 100 * random.randrange(3, 28) for street in streets}
    flips = {street.id: random.randrange(2) for street in streets}
    for (street, side), members in sorted(sides.items()):
        parity = flips[street] ^ (side > 0)
        last = 0
        for index in sorted(members, key=lambda member: frontages[member].station_m):
            wished = starts[street] + 2 * int(frontages[index].station_m / (2 * METRES_A_NUMBER) * 2) + parity
            last = max(last + 2, wished)
            numbers[index] = last
    return numbers
