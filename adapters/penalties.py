# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Administrative penalties (行政处罚) of the 2018 layout: 29 columns and the remark, `sgs-2018-penalties@1.toml`."""

from adapters.cell import Cells, parts
from adapters.identity import Identities, layout_2018
from federation.records.penalty import Penalty

COLUMNS = layout_2018("CF")
_BETWEEN_KINDS = ";；"


def penalty(cells: Cells, identities: Identities) -> Penalty:
    """Returns the penalty that a row states; 万元 become whole fen.

    Raises:
        FieldFault: a cell cannot be translated; the field is a column's code, or a field of the record.
    """
    return Penalty(
        identity=identities.identity(cells),
        document_number=cells.required("CF_WSH"),
        violation=cells.required("CF_WFXW"),
        facts=cells.required("CF_SY"),
        basis=cells.required("CF_YJ"),
        kinds=parts(cells.required("CF_CFLB"), _BETWEEN_KINDS),
        content=cells.required("CF_NR"),
        fine_fen=cells.amount("CF_NR_FK"),
        confiscated_fen=cells.amount("CF_NR_WFFF"),
        affected_licence=cells.optional("CF_NR_ZKDX"),
        decided_on=cells.day("CF_JDRQ"),
        valid_until=cells.open_day("CF_YXQ"),
        published_until=cells.optional_open_day("CF_GSJZQ"),
        authority=identities.authority(cells, "CF_CFJG", "CF_CFJGDM"),
        source=identities.source(cells, "CF_SJLY", "CF_SJLYDM"),
        remark=cells.optional("BZ"),
    )
