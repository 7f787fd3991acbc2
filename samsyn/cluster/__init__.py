"""The same commands on Dask: the work of the rooms below, partition by partition, on other processes.

The rooms know nothing of it: here their own functions are called on parts of the records, and what comes back
is put together so that it is what one machine gives. A scheduler runs what it is sent: it must be trusted.

Records are cut into parts of 20,000, and no more than 500 of them. What is large (prepared records, counts,
features) is a Parquet file that one worker writes and another reads; what is shuffled (keys, pairs, terms)
goes to buckets of 100,000 to 200,000 records, 200 at most, so that the calls of a shuffle are parts times
buckets and not parts squared. A worker that dies takes nothing with it but the call it was at.
"""

from samsyn.cluster.connection import Cluster, connected
from samsyn.cluster.store import Store

__all__ = ["Cluster", "Store", "connected"]
