# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Old and new codes of a subject (代码对照), `layouts/province-codes@1.toml`: the cross-reference to unified codes."""

from adapters.cell import Cells
from adapters.identity import Identities, IdentityColumns
from federation.records.subject import Subject
from federation.standards.identity import LegacyCodeKind

COLUMNS = IdentityColumns(
    name="COM_NM",
    uscc="UNI_SOCIAL_CRD_CD",
    representative="LEGAL_REPRE",
    legacy=(
        (LegacyCodeKind.REGISTRATION_NUMBER, "IC_REG_CD"),
        (LegacyCodeKind.ORGANISATION_CODE, "ORG_NO"),
        (LegacyCodeKind.TAX_NUMBER, "TAXATION_REG_NO"),
        (LegacyCodeKind.INSTITUTION_CERTIFICATE, "INSTITUTION_CERT_NO"),
        (LegacyCodeKind.SOCIAL_ORGANISATION_CERTIFICATE, "SOCIAL_ORG_CERT_NO"),
        (LegacyCodeKind.UNIFIED_CODE, "FORMER_SOCIAL_CRD_CD"),
    ),
)


def subject(cells: Cells, identities: Identities) -> Subject:
    """Returns the basic information that a row states.

    Raises:
        FieldFault: a cell cannot be translated; the field is a column's code, or a field of the record.
    """
    reported = cells.optional("REPORT_DT")
    return Subject(
        identity=identities.identity(cells),
        source=identities.source(cells, "SOURCE_ORG", "SOURCE_ORG_CD"),
        reported_on=None if reported is None else cells.day("REPORT_DT"),
        head_office=cells.optional("HEAD_SOCIAL_CRD_CD"),
    )
