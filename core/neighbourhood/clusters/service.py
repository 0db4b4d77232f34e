"""The clusters of the business in one object, for screens, REST and jobs."""

from core.neighbourhood.clusters.ageing import Ageing
from core.neighbourhood.clusters.consents import Consents
from core.neighbourhood.clusters.deciding import Deciding
from core.neighbourhood.clusters.own_way import OwnWay
from core.neighbourhood.clusters.reshaping import Reshaping


class Clusters(OwnWay, Deciding, Consents, Reshaping, Ageing):
    """Everything that is asked of clusters and done to them.

    Every change takes the version its asker saw and raises ``Conflict``, telling who changed what and when, where it
    is no longer the present one. Every change is one transaction with a new version, history and audit.
    """
