"""Files a person has chosen on a page, kept in memory for the few minutes until they say what to do with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.clock import Clock
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.texts import N_, Text

LARGEST_BYTES = 20_000_000
KEPT = timedelta(minutes=30)
MOST = 12


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and whose it is."""

    id: UUID
    person_id: UUID
    name: str
    content: bytes
    at: datetime

    @property
    def text(self) -> str:
        """As UTF-8, with or without its mark; ``Invalid`` for anything else."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Invalid(Text("{name}: not UTF-8 text: save it as CSV in UTF-8", name=self.name)) from error


class Uploads:
    """The newest few files; older ones are forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[UUID, Upload] = {}

    def keep(self, person_id: UUID, name: str, content: bytes) -> Upload:
        """``Invalid`` for an empty file or one that is too large."""
        if not content:
            raise Invalid(N_("the file is empty"))
        if len(content) > LARGEST_BYTES:
            raise Invalid(Text("the file has {size:,} bytes: at most {most:,}", size=len(content), most=LARGEST_BYTES))
        now = self._clock.now()
        self._kept = {key: one for key, one in self._kept.items() if now - one.at < KEPT}
        while len(self._kept) >= MOST:
            del self._kept[min(self._kept, key=lambda key: self._kept[key].at)]
        upload = Upload(new_id(), person_id, name[:200], content, now)
        self._kept[upload.id] = upload
        return upload

    def of(self, person_id: UUID, upload_id: UUID) -> Upload:
        """``NotFound`` for a file that is somebody else's or was forgotten."""
        upload = self._kept.get(upload_id)
        if upload is None or upload.person_id != person_id:
            raise NotFound(N_("this file is no longer here: choose it again"))
        return upload
