"""The same commands on Dask: the work of the rooms below, partition by partition, on other processes.

The rooms know nothing of it: here their own functions are called on parts of the records, and what comes back
is put together so that it is what one machine gives. A scheduler runs what it is sent: it must be trusted.
"""

from samsyn.cluster.connection import Cluster, connected
from samsyn.cluster.store import Store

__all__ = ["Cluster", "Store", "connected"]
