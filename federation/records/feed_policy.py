# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a feed is and who may read it: the records of a node's `_catalogue` feed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from federation.records.value import Text200, Value

NodeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\z")]
Reader = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9][a-z0-9-]{0,31})\z")]
Readers = Annotated[tuple[Reader, ...], Field(max_length=1000)]


class Dataset(StrEnum):
    """A kind of record."""

    SUBJECTS = "subjects"
    LICENCES = "licences"
    PENALTIES = "penalties"
    LISTS = "lists"
    FILINGS = "filings"
    CATALOGUE = "catalogue"
    EXCHANGE = "exchange"
    FEEDBACK = "feedback"


class FeedPolicy(Value):
    """Who may read a feed. `*` means every member (every reader, for person payloads); empty means nobody else."""

    origin: Text200
    dataset: Dataset
    readers: Readers = ()
    person_payload_readers: Readers = ()

    @property
    def key(self) -> str:
        """What makes two policies speak of the same feed: its origin."""
        return f"policy/{self.origin}"
