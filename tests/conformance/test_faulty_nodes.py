# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Each case in which the suite only asks has a node that breaks its promise, and is caught by that case as named.

It is caught for the named reason, and by nothing undeclared among the cases that its fault can touch: those of the
door and the wire, of feeds, of questions and their log, or of limits.

`ALSO` names what else must fail by the nature of the fault: entries that differ from the signed tree break every proof
that starts from them, a front that ends TLS forgets who called, a node that answers what it should refuse logs it, and
one that has been killed is dead for every case after that.
"""

import pytest

from tests.conformance.reference.bench import ASKING, GROUPS, Bench, failures
from tests.conformance.reference.fault import Fault

pytestmark = pytest.mark.slow

CAUGHT = {
    Fault.ANONYMOUS_LET_IN: ("TI-01", "ANONYMOUS_ACCEPTED"),
    Fault.FOREIGN_CA_TRUSTED: ("TI-02", "FOREIGN_CA_ACCEPTED"),
    Fault.EXPIRY_UNCHECKED: ("TI-03", "EXPIRED_ACCEPTED"),
    Fault.UNPINNED_SERVED: ("TI-04", "UNPINNED_ACCEPTED"),
    Fault.UNPINNED_DENIED: ("TI-04", "WRONG_CODE"),
    Fault.PLAINTEXT_TOO: ("TI-05", "PLAINTEXT_SERVED"),
    Fault.IMPOSTOR_BELIEVED: ("TI-06", "IMPOSTOR_ACCEPTED"),
    Fault.IMPOSTOR_DENIED: ("TI-06", "WRONG_CODE"),
    Fault.SERVER_NAMELESS: ("TI-07", "WRONG_SERVER_IDENTITY"),
    Fault.REFLECTION_ON: ("TI-08", "REFLECTION_SERVED"),
    Fault.REFLECTION_DENIED: ("TI-08", "WRONG_CODE"),
    Fault.NODE_ID_LIES: ("TI-09", "UNTRUE_NODE"),
    Fault.REVISION_OTHER: ("TI-09", "NO_REVISION"),
    Fault.SOFTWARE_NAMELESS: ("TI-09", "NO_SOFTWARE"),
    Fault.HEALTH_DOWN: ("TI-10", "NOT_SERVING"),
    Fault.UNKNOWN_FEED_INTERNAL: ("WC-01", "WRONG_CODE"),
    Fault.RANGE_AS_FIELD: ("WC-02", "WRONG_CODE"),
    Fault.RANGE_NO_DOMAIN: ("WC-02", "WRONG_DOMAIN"),
    Fault.RANGE_CLAMPED: ("WC-02", "CALL_ANSWERED"),
    Fault.RANGE_NO_REASON: ("WC-02", "WRONG_REASON"),
    Fault.DETAILS_BROKEN: ("WC-02", "DETAILS_MALFORMED"),
    Fault.FIELD_AS_RANGE: ("WC-03", "WRONG_CODE"),
    Fault.FIELD_UNNAMED: ("WC-03", "FIELD_NOT_NAMED"),
    Fault.ORIGIN_CRASHES: ("WC-04", "WRONG_CODE"),
    Fault.TOKEN_IGNORED: ("WC-05", "CALL_ANSWERED"),
    Fault.QUESTION_CRASHES: ("WC-06", "WRONG_CODE"),
    Fault.METHOD_INTERNAL: ("WC-07", "WRONG_CODE"),
    Fault.LOCAL_SERVED: ("WC-07", "CALL_ANSWERED"),
    Fault.SIZE_PADDED: ("LP-01", "CHECKPOINT_MALFORMED"),
    Fault.EXTENSION_LINE: ("LP-01", "CHECKPOINT_MALFORMED"),
    Fault.ORIGIN_OTHER: ("LP-01", "WRONG_ORIGIN"),
    Fault.LOG_SIGNED_AS_NODE: ("LP-02", "LOG_SIGNATURE_INVALID"),
    Fault.LOG_SIGNATURE_BROKEN: ("LP-02", "LOG_SIGNATURE_INVALID"),
    Fault.INCLUSION_REVERSED: ("LP-03", "INCLUSION_UNPROVEN"),
    Fault.CONSISTENCY_PADDED: ("LP-04", "CONSISTENCY_UNPROVEN"),
    Fault.LEAF_ALTERED: ("LP-05", "ROOT_DIFFERS"),
    Fault.HISTORY_REWRITTEN: ("LP-06", "HISTORY_REWRITTEN"),
    Fault.HISTORY_CUT: ("LP-06", "SIZE_SHRANK"),
    Fault.FORK_IN_WATCH: ("LP-07", "FORK"),
    Fault.FORK_PER_CONNECTION: ("LP-07", "FORK"),
    Fault.CHUNK_MISNUMBERED: ("FE-01", "CHUNK_OUT_OF_ORDER"),
    Fault.CHUNK_EMPTY: ("FE-01", "CHUNK_EMPTY"),
    Fault.CHUNK_HUGE: ("FE-01", "CHUNK_TOO_LARGE"),
    Fault.CHUNK_UNPROVEN: ("FE-02", "CHUNK_UNPROVEN"),
    Fault.MAX_IGNORED: ("FE-03", "WRONG_COUNT"),
    Fault.RESUME_MISNUMBERED: ("FE-03", "WRONG_START"),
    Fault.RESUME_DIFFERS: ("FE-03", "ENTRIES_DIFFER"),
    Fault.REF_FORWARD: ("FE-04", "LEAF_REF"),
    Fault.LEAF_VERSION_TWO: ("FE-04", "LEAF_VERSION"),
    Fault.LEAF_KIND_UNKNOWN: ("FE-04", "LEAF_KIND"),
    Fault.LEAF_SCHEMA_BARE: ("FE-04", "LEAF_SCHEMA"),
    Fault.REF_WITHOUT_ACT: ("FE-04", "LEAF_REF"),
    Fault.TIME_AHEAD: ("FE-05", "TIME_AHEAD"),
    Fault.TIME_BACK: ("FE-05", "TIME_WENT_BACK"),
    Fault.PAGES_SKIP: ("FE-06", "PAGES_DIFFER"),
    Fault.LIST_UNSORTED: ("FE-06", "LIST_ORDER"),
    Fault.PAGE_OVERFULL: ("FE-06", "PAGE_TOO_LARGE"),
    Fault.LIST_INCOMPLETE: ("FE-06", "FEED_NOT_LISTED"),
    Fault.WATCH_OTHER_FEED: ("FE-07", "WRONG_ORIGIN"),
    Fault.WATCH_OLD: ("FE-07", "WATCH_OLD"),
    Fault.WATCH_SILENT: ("FE-07", "WATCH_SILENT"),
    Fault.PAYLOAD_OVERSIZE: ("PS-01", "PAYLOAD_SIZE"),
    Fault.PAYLOAD_REENCODED: ("PS-01", "COMMITMENT_DIFFERS"),
    Fault.SALT_LEAKED: ("PS-02", "PAYLOAD_LEAKED"),
    Fault.STATE_UNSPECIFIED: ("PS-03", "STATE_UNSPECIFIED"),
    Fault.STATE_LOST: ("PS-03", "PAYLOAD_LOST"),
    Fault.PAD_SAID_ERASED: ("PS-04", "NONE_MISUSED"),
    Fault.PERSON_SHOWN: ("PS-05", "PERSON_SHOWN"),
    Fault.CLOSED_DENIED: ("AU-01", "FEEDS_TOLD_APART"),
    Fault.CLOSED_NAMED: ("AU-01", "FEEDS_TOLD_APART"),
    Fault.CLOSED_READ: ("AU-01", "CLOSED_FEED_READ"),
    Fault.CLOSED_LISTED: ("AU-02", "CLOSED_FEED_LISTED"),
    Fault.CLOCK_STOPPED: ("FR-01", "HEAD_STALE"),
    Fault.CLOCK_AHEAD: ("FR-01", "HEAD_AHEAD"),
    Fault.CLOCK_SILENT: ("FR-01", "COSIGNATURE_ABSENT"),
    Fault.CLOCK_BROKEN: ("FR-01", "COSIGNATURE_INVALID"),
    Fault.QUESTION_UNVERIFIED: ("QU-01", "CALL_ANSWERED"),
    Fault.RESPONDER_UNCHECKED: ("QU-02", "CALL_ANSWERED"),
    Fault.REQUESTER_UNCHECKED: ("QU-02", "CALL_ANSWERED"),
    Fault.PURPOSE_UNCHECKED: ("QU-03", "CALL_ANSWERED"),
    Fault.ID_REUSED: ("QU-04", "CALL_ANSWERED"),
    Fault.QUESTION_UNCHECKED: ("QU-05", "CALL_ANSWERED"),
    Fault.ANSWER_OTHER_EXCHANGE: ("QU-06", "QUESTION_NOT_BOUND"),
    Fault.ANSWER_OTHER_NODE: ("QU-06", "WRONG_RESPONDER"),
    Fault.ANSWER_LATE: ("QU-06", "ANSWER_TIME"),
    Fault.ANSWER_HEADLESS: ("QU-06", "NO_HEADS"),
    Fault.ANSWER_FRESHNESS_UNSAID: ("QU-06", "FRESHNESS_UNSPECIFIED"),
    Fault.STANDING_INVENTED: ("QU-07", "WRONG_STANDING"),
    Fault.EVIDENCE_OF_OTHER_FEED: ("QU-07", "EVIDENCE_ORIGIN"),
    Fault.ANSWER_TYPE_OTHER: ("QU-06", "WRONG_PAYLOAD_TYPE"),
    Fault.ANSWER_UNBOUND: ("QU-06", "QUESTION_NOT_BOUND"),
    Fault.ANSWER_MISSIGNED: ("QU-06", "ANSWER_SIGNATURE_INVALID"),
    Fault.EVIDENCE_PATH_WRONG: ("QU-07", "EVIDENCE_UNPROVEN"),
    Fault.EVIDENCE_SALT_WRONG: ("QU-07", "EVIDENCE_COMMITMENT"),
    Fault.PERSON_REFUSED: ("QU-08", "SUBJECTS_TOLD_APART"),
    Fault.PERSON_FOUND: ("QU-08", "SUBJECT_TOLD"),
    Fault.HEADS_TELL: ("QU-08", "SUBJECTS_TOLD_APART"),
    Fault.PART_AND_WHOLE: ("QU-07", "PART_AND_WHOLE"),
    Fault.SIZE_TELLS: ("QU-08", "SUBJECTS_TOLD_APART"),
    Fault.OFFICER_UNCHECKED: ("QP-01", "CALL_ANSWERED"),
    Fault.AUTHORISATION_UNCHECKED: ("QP-02", "CALL_ANSWERED"),
    Fault.AUTHORISATION_DAYS_IGNORED: ("QP-02", "CALL_ANSWERED"),
    Fault.DATASETS_IGNORED: ("QP-03", "DATASET_UNWANTED"),
    Fault.DATASETS_EMPTY: ("QP-03", "FINDING_LOST"),
    Fault.ENDED_TOLD: ("QP-04", "ENDED_TOLD"),
    Fault.ENDED_COUNTED: ("QP-04", "ENDED_COUNTED"),
    Fault.WILDCARD_TAKEN: ("QP-05", "CALL_ANSWERED"),
    Fault.CHECK_DIGIT_IGNORED: ("QP-05", "CALL_ANSWERED"),
    Fault.NUMBERS_TRIED: ("QP-06", "NUMBERS_TRIED"),
    Fault.BURST_RETRY_UNTOLD: ("QP-06", "RETRY_ABSENT"),
    Fault.RELAY_REFUSED: ("QP-07", "CALL_REFUSED"),
    Fault.RELAY_SIGNS: ("QP-07", "CALL_ANSWERED"),
    Fault.ANYBODY_RELAYS: ("QP-07", "CALL_ANSWERED"),
    Fault.RIGHT_LENT: ("QP-07", "RIGHT_LENT"),
    Fault.WHOLE_SHOWN: ("QP-11", "WHOLE_SHOWN"),
    Fault.PARTS_LOST: ("QP-11", "FINDING_LOST"),
    Fault.FIELD_SHOWN: ("QP-11", "FIELD_SHOWN"),
    Fault.FIELDS_REPEATED: ("QP-11", "FIELDS_UNCLEAR"),
    Fault.CLOCK_UNCHECKED: ("QP-08", "CALL_ANSWERED"),
    Fault.DEADLINE_UNCHECKED: ("QP-08", "CALL_ANSWERED"),
    Fault.ANSWERED_ANEW: ("QP-09", "ANSWERED_ANEW"),
    Fault.REPEAT_REFUSED: ("QP-09", "CALL_REFUSED"),
    Fault.REFUSALS_UNLOGGED: ("EA-01", "EXCHANGE_UNLOGGED"),
    Fault.LOG_SAMPLED: ("EA-01", "EXCHANGE_UNLOGGED"),
    Fault.LOGGED_TWICE: ("EA-01", "LOGGED_TWICE"),
    Fault.LOG_OTHER_PURPOSE: ("EA-01", "ENTRY_DIFFERS"),
    Fault.REFUSAL_AS_ANSWER: ("EA-01", "ENTRY_DIFFERS"),
    Fault.LOG_WITHOUT_ANSWER: ("EA-01", "ENTRY_DIFFERS"),
    Fault.LOG_REWRITTEN: ("EA-02", "HISTORY_REWRITTEN"),
    Fault.LOG_UNSALTED: ("EA-03", "COMMITMENT_DIFFERS"),
    Fault.LOG_BACKDATED: ("EA-03", "LOGGED_SKEWED"),
    Fault.EXCHANGE_INVENTED: ("EA-03", "EXCHANGE_INVENTED"),
    Fault.LOG_OPEN_TO_ALL: ("EA-04", "LOG_READ_BY_MEMBER"),
    Fault.LOG_DENIED: ("EA-04", "WRONG_CODE"),
    Fault.LOG_LISTED: ("EA-04", "LOG_LISTED"),
    Fault.NUMBER_IN_CLEAR: ("EA-04", "NUMBER_IN_CLEAR"),
    Fault.NUMBER_HASHED: ("EA-04", "NUMBER_HASHED"),
    Fault.READS_UNLOGGED: ("EA-04", "READ_UNLOGGED"),
    Fault.LOG_PAYLOAD_SWAPPED: ("EA-05", "PAYLOAD_DIFFERS"),
    Fault.LOG_UNSIGNED: ("EA-05", "LOG_SIGNATURE_INVALID"),
    Fault.LOG_ROOT_OTHER: ("EA-05", "ROOT_DIFFERS"),
    Fault.CALLS_UNLIMITED: ("LA-01", "UNLIMITED"),
    Fault.RETRY_UNTOLD: ("LA-01", "RETRY_ABSENT"),
    Fault.LIMIT_NAMELESS: ("LA-01", "WRONG_REASON"),
    Fault.OTHERS_STARVED: ("LA-01", "OTHERS_STARVED"),
    Fault.LOCKED_OUT: ("LA-01", "LOCKED_OUT"),
    Fault.OVERSIZE_TAKEN: ("LA-02", "CALL_ANSWERED"),
    Fault.FIELDS_UNBOUNDED: ("LA-02", "CALL_ANSWERED"),
    Fault.NESTING_FATAL: ("LA-02", "NODE_GONE"),
    Fault.STREAM_ENDLESS: ("LA-04", "NEVER_ENDED"),
    Fault.STREAMS_FATAL: ("LA-04", "NODE_GONE"),
    Fault.CONTROLS_TAKEN: ("LA-03", "CALL_ANSWERED"),
    Fault.TEXT_CRASHES: ("LA-03", "WRONG_CODE"),
    Fault.TEXT_ECHOED: ("LA-03", "TEXT_ECHOED"),
    Fault.TEXT_FATAL: ("LA-03", "NODE_GONE"),
    Fault.FEED_GUESSED: ("WC-01", "CALL_ANSWERED"),
}

ALSO = {
    Fault.ANONYMOUS_LET_IN: {"TI-04"},
    Fault.EXPIRY_UNCHECKED: {"TI-04"},
    Fault.ORIGIN_OTHER: {"LP-02"},
    Fault.LIST_INCOMPLETE: {"AU-02"},
    Fault.ANSWER_HEADLESS: {"QU-08"},
    Fault.LEAF_ALTERED: {"LP-03", "LP-04", "FE-02"},
    Fault.CLOSED_READ: {"AU-02"},
    Fault.FEED_GUESSED: {"WC-04"},
    Fault.ID_REUSED: {"EA-01", "EA-03"},
    Fault.QUESTION_UNVERIFIED: {"QP-07"},
    Fault.QUESTION_UNCHECKED: {"QP-01"},
    Fault.PURPOSE_UNCHECKED: {"QP-07"},
    Fault.PART_AND_WHOLE: {"QP-11"},
    Fault.EVIDENCE_PATH_WRONG: {"QP-11"},
    Fault.EVIDENCE_OF_OTHER_FEED: {"QP-11"},
    Fault.NESTING_FATAL: {"LA-01", "LA-03", "LA-04"},
    Fault.TEXT_FATAL: {"LA-01", "LA-04"},
    Fault.STREAMS_FATAL: {"LA-01"},
}


@pytest.mark.parametrize("fault", CAUGHT, ids=str)
async def test_the_fault_is_caught_by_its_case_for_its_reason(bench: Bench, fault: Fault) -> None:
    """A node with this one fault fails exactly the case that names it, and those declared beside it."""
    case, reason = CAUGHT[fault]
    together = next(group for group in GROUPS if any(one.id.startswith(case) for one in group))
    found = failures(await bench.judge(fault, cases=together))
    assert found.get(case) == reason
    assert set(found) == {case} | ALSO.get(fault, set())


def test_every_case_has_a_faulty_node() -> None:
    """No case is taken on trust: each is shown at least one node that it must catch."""
    assert {case.id.split("/")[0] for case in ASKING} == {case for case, _ in CAUGHT.values()}


def test_every_switch_of_the_reference_is_tried() -> None:
    """No fault stands unused; two switches are no fault, and one turns everybody away at the door."""
    assert set(Fault) - set(CAUGHT) == {Fault.GROWS, Fault.PERSONS_REFUSED, Fault.MEMBERS_TURNED_AWAY}
