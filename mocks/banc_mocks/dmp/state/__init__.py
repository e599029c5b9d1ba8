"""What the DMP remembers in a session: records by patient; submission sets, entries and associations in SQL."""

from banc_mocks.dmp.state.documents import StoredDocument
from banc_mocks.dmp.state.records import Records
from banc_mocks.dmp.state.search import FoundObject, Search

__all__ = ["FoundObject", "Records", "Search", "StoredDocument"]
