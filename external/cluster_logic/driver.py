"""The process of the foreign code: ``python -m external.cluster_logic.driver FOLDER``, in a scratch folder of its own.

Reads ``question.json``, lets the untouched checkout in FOLDER find the neighbours of each host through its own entry
points (``register_host_home``, ``discover_neighbors_for_host``), and writes ``reply.json``. The checkout accepts a pair
when its check stumbles; so an error that it logs ends this process, unless it is the one for an empty window, which
the real OSMnx raises as well.
"""

import csv
import io
import logging
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType

from external.cluster_logic.guard import fence
from external.cluster_logic.network import NO_ROADS, Network
from external.cluster_logic.question import HostReply, Place, Question, reply_to_json
from external.cluster_logic.standins import install

ENGINE = "app.services.cluster_engine"
QUESTION, REPLY = "question.json", "reply.json"
TROUBLE = "[ERROR]"
"""So begins what the original prints when it gives up."""


class Stumbled(Exception):
    """The original met an error and went on as if it had not."""


class Errors(logging.Handler):
    """What the original logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def main(folder: Path) -> None:
    question = Question.from_json(Path(QUESTION).read_text())
    install(question.places, Network(question.roads))
    fence(Path.cwd())
    sys.path.insert(0, str(folder))
    engine = import_module(ENGINE)
    replies = ask(engine, question)
    Path(REPLY).write_text(reply_to_json(replies))


def ask(engine: ModuleType, question: Question) -> list[HostReply]:
    """One reply a host. ``Stumbled`` when the original met an error that it hid."""
    position = {place.label: number for number, place in enumerate(question.places)}
    write_addresses(Path(engine.ADDRESS_CSV), question.places)
    errors = Errors()
    logging.getLogger().addHandler(errors)
    replies = []
    for host in question.hosts:
        errors.seen.clear()
        found = neighbours(engine, question.places[host])
        hidden = [error for error in errors.seen if NO_ROADS not in error]
        if hidden:
            raise Stumbled(hidden[0])
        replies.append(HostReply(frozenset(position[label] for label in found), bool(errors.seen)))
    return replies


def neighbours(engine: ModuleType, host: Place) -> list[str]:
    """The labels that the original calls qualified neighbours of a host."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        engine.register_host_home(host.address, host.city, host.state, host.latitude, host.longitude)
        found: list[str] = engine.discover_neighbors_for_host(host.label)
    for line in printed.getvalue().splitlines():
        if line.startswith(TROUBLE):
            raise Stumbled(line)
    return found


def write_addresses(file: Path, places: Sequence[Place]) -> None:
    """The original's address file; it wants a column ``state`` that its own file has not."""
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["address", "city", "state", "latitude", "longitude"])
        rows.writerows([p.address, p.city, p.state, repr(p.latitude), repr(p.longitude)] for p in places)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
