"""The alarms put together: book, rules, keeper, desk, and the preview of a rule."""

from collections.abc import Callable, Iterable, Sequence

from core.accounts import Audit
from core.clock import Clock
from core.db import Database
from core.events import Event
from core.fleet.alarms.book import AlarmBook
from core.fleet.alarms.desk import AlarmDesk
from core.fleet.alarms.keeper import AlarmKeeper, Ask
from core.fleet.alarms.model import AlarmRule, Key
from core.fleet.alarms.preview import Preview, preview
from core.fleet.alarms.rulebook import Rulebook
from core.fleet.alarms.views import Audience
from core.fleet.faults import FaultLexicon
from core.fleet.live import LiveFleet
from core.fleet.model import FleetEvent, LinkHealth
from core.fleet.roster import MowerIdentity
from core.notices import Outbox


class AlarmService:
    """What pages, REST and the start use of the alarms."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        live: LiveFleet,
        happened: Event[FleetEvent],
        mowers: Callable[[], Sequence[MowerIdentity]],
        account_of: Callable[[str], str | None],
        health: Callable[[], Iterable[LinkHealth]],
        ask: Ask,
        lexicon: FaultLexicon,
        audience: Audience,
        outbox: Outbox,
        mine: Callable[[Key, str | None], bool] | None = None,
    ) -> None:
        """``mine`` says which alarms, by key and account, this process watches; without it all."""
        self.lexicon = lexicon
        self.book = AlarmBook(database)
        self.rules = Rulebook(database, clock, audit, audience)
        self._database = database
        self._clock = clock
        self._mowers = mowers
        self.keeper = AlarmKeeper(
            database=database,
            clock=clock,
            live=live,
            happened=happened,
            account_of=account_of,
            health=health,
            ask=ask,
            book=self.book,
            rules=self.rules,
            lexicon=lexicon,
            audience=audience,
            outbox=outbox,
            mine=mine,
        )
        self.desk = AlarmDesk(
            database=database,
            clock=clock,
            audit=audit,
            keeper=self.keeper,
            book=self.book,
            lexicon=lexicon,
            audience=audience,
            outbox=outbox,
        )

    async def start(self, *, looks: bool = True) -> None:
        """Take up what is open and begin to look; without ``looks`` (another process owns the links) only read."""
        if looks:
            await self.keeper.start()
        else:
            await self.keeper.load()

    async def stop(self) -> None:
        await self.keeper.stop()

    async def preview(self, rule: AlarmRule) -> Preview:
        """What ``rule`` would have fired in the last seven days."""
        return await preview(rule, database=self._database, clock=self._clock, mowers=list(self._mowers()))
