"""Minutes that are not billed: the household kept the mower off its lawn, or it was mown again to make good. They count
as not mowed. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from core.billing.attribution import LotFinder, Sample

type Spans = Sequence[tuple[int, int]]
"""From, up to not including, in milliseconds since 1970."""


def without_spared(samples: Sequence[Sample], finder: LotFinder, spared: Mapping[UUID, Spans]) -> list[Sample]:
    """The samples of a session with no mowing on a lot while its minutes were free. Where such a time begins between
    two samples one is put in, so that not a second of it counts."""
    if not spared:
        return list(samples)
    edges = sorted({at for spans in spared.values() for span in spans for at in span})
    found: list[Sample] = []
    for sample, following in pairwise([*samples, None]):
        assert sample is not None
        found.append(_spared(sample, finder, spared))
        if sample.mowing and following is not None:
            between = (at for at in edges if sample.at_ms < at < following.at_ms)
            found += [_spared(sample._replace(at_ms=at), finder, spared) for at in between]
    return found


def _spared(sample: Sample, finder: LotFinder, spared: Mapping[UUID, Spans]) -> Sample:
    if not sample.mowing:
        return sample
    lot = finder.lot_of(sample.zone, sample.position, sample.at_ms)
    spans = () if lot is None else spared.get(lot.lot_id, ())
    return sample._replace(mowing=False) if any(begin <= sample.at_ms < end for begin, end in spans) else sample
