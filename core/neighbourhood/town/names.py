"""Names that sound like the upper Midwest and belong to nobody: streets, people, mowers."""

from random import Random

FIRST = [
    "Heron",
    "Linden",
    "Juniper",
    "Larkspur",
    "Willow",
    "Cedar",
    "Bluestem",
    "Harvest",
    "Clover",
    "Osprey",
    "Aspen",
    "Maple",
    "Birch",
    "Sumac",
    "Meadowlark",
    "Goldfinch",
    "Bobolink",
    "Sandhill",
    "Thistle",
    "Prairie",
    "Hawthorn",
    "Hazel",
    "Chestnut",
    "Sorrel",
    "Indigo",
    "Wren",
    "Teal",
    "Tamarack",
    "Ironwood",
    "Coneflower",
    "Foxglove",
    "Milkweed",
    "Switchgrass",
    "Pheasant",
    "Plover",
    "Kestrel",
    "Oriole",
    "Bittersweet",
    "Dogwood",
    "Elderberry",
    "Lupine",
    "Aster",
    "Primrose",
    "Yarrow",
    "Basswood",
    "Butternut",
    "Hickory",
    "Bergamot",
    "Trillium",
    "Columbine",
]
SECOND = [
    "Ridge",
    "Hollow",
    "Meadow",
    "Crossing",
    "Glen",
    "View",
    "Bend",
    "Run",
    "Valley",
    "Hill",
    "Field",
    "Creek",
    "Grove",
    "Trace",
    "Point",
]
KIND_WORDS = {
    "arterial": ("Road",),
    "collector": ("Parkway",),
    "ring": ("Drive",),
    "row": ("Street", "Lane", "Drive"),
    "middle": ("Lane", "Way", "Street"),
    "side": ("Avenue", "Place", "Avenue"),
    "court": ("Court", "Court", "Circle"),
    "loop": ("Crescent", "Loop"),
}
SURNAMES = [
    "Lindqvist",
    "Okafor",
    "Nguyen",
    "Schroeder",
    "Halvorson",
    "Petrov",
    "Castillo",
    "Olsen",
    "Bauer",
    "Yang",
    "Moreau",
    "Haugen",
    "Abdi",
    "Kowalski",
    "Reyes",
    "Thompson",
    "Jensen",
    "Vang",
    "Larsson",
    "Fitzgerald",
    "Novak",
    "Hussein",
    "Brandt",
    "Delgado",
    "Sorensen",
    "Kim",
    "Whitaker",
    "Engstrom",
    "Mbeki",
    "Rasmussen",
    "Lopez",
    "Becker",
    "Hendricks",
    "Tran",
    "Gallagher",
    "Swanson",
    "Farah",
    "Meyer",
    "Ostrowski",
    "Bennett",
    "Nakamura",
    "Carlson",
    "Diaz",
    "Pham",
    "Ellingson",
    "Weber",
    "Ahmed",
    "Norton",
    "Fischer",
    "Lundgren",
    "Marsh",
    "Xiong",
    "Dvorak",
    "Sullivan",
    "Peterson",
    "Bergman",
    "Ruiz",
    "Callahan",
    "Iverson",
    "Vogel",
]
MODELS = (
    ("Luba-VS", "Luba 2"),
    ("Luba-VS", "Luba 2"),
    ("Luba-MN", "HM430"),
    ("Yuka-", "Yuka"),
    ("Yuka-MN", "Yuka Mini"),
)


class StreetNames:
    """Hands out names, each once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        singles = [*FIRST]
        doubles = [f"{first} {second}" for first in FIRST for second in SECOND if first != second]
        random.shuffle(singles)
        random.shuffle(doubles)
        self._names = [name for pair in zip(doubles, singles, strict=False) for name in pair] + doubles[len(singles) :]

    def take(self, kind: str) -> str:
        return f"{self._names.pop(0)} {self._random.choice(KIND_WORDS[kind])}"


def device_name(random: Random, taken: set[str]) -> tuple[str, str]:
    """A fresh (device name, model) as Mammotion writes them: family, then a digit and five letters or digits."""
    while True:
        prefix, model = random.choice(MODELS)
        tail = "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(5))
        name = f"{prefix}{random.randrange(1, 10)}{tail}"
        if name not in taken:
            taken.add(name)
            return name, model
