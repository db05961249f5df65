# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Steps that write: one at a time, and once more when another process was in the way. The one place that does so.

A step is a whole function over whole transactions; what was undone by a collision (STORE_CONTENDED) left nothing
behind, so that repeating it is the same as having come later.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from federation.errors import StoreFault

ATTEMPTS = 6
LONGEST_WAIT_S = 0.5
Given = ParamSpec("Given")
Result = TypeVar("Result")


def _was_contended(error: BaseException) -> bool:
    return isinstance(error, StoreFault) and error.reason == "STORE_CONTENDED"


def persist(step: Callable[Given, Result], *args: Given.args, **named: Given.kwargs) -> Result:
    """Runs a step that writes; what it raises passes, after a collision only from the last of six tries."""
    retrying = Retrying(
        retry=retry_if_exception(_was_contended),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.02, max=LONGEST_WAIT_S),
        reraise=True,
    )
    return retrying(step, *args, **named)


class WriterThread(ThreadPoolExecutor):
    """The one thread of a process that writes."""

    def __init__(self) -> None:
        super().__init__(1, "writer")

    def submit(self, step: Callable[Given, Result], /, *args: Given.args, **named: Given.kwargs) -> "Future[Result]":
        """As `ThreadPoolExecutor.submit`, with `persist` around the step."""
        return super().submit(partial(persist, step, *args, **named))
