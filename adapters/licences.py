# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Administrative licences (行政许可) of the 2018 layout: 27 columns and the remark, `sgs-2018-licences@1.toml`."""

from collections.abc import Mapping

from adapters.cell import Cells
from adapters.identity import Identities, layout_2018
from federation.records.licence import Licence, LicenceState

COLUMNS = layout_2018("XK")

# The 2016 layout gives 1 the opposite meaning; its tables have other columns, so the two are never mixed up.
_STATES: Mapping[str, LicenceState] = {
    "1": LicenceState.VALID,
    "2": LicenceState.INVALID,
    "有效": LicenceState.VALID,
    "无效": LicenceState.INVALID,
}


def licence(cells: Cells, identities: Identities) -> Licence:
    """Returns the licence that a row states.

    Raises:
        FieldFault: a cell cannot be translated; the field is a column's code, or a field of the record.
    """
    return Licence(
        identity=identities.identity(cells),
        document_name=cells.required("XK_XKWS"),
        document_number=cells.required("XK_WSH"),
        category=cells.required("XK_XKLB"),
        certificate_name=cells.optional("XK_XKZS"),
        certificate_number=cells.optional("XK_XKBH"),
        content=cells.required("XK_NR"),
        decided_on=cells.day("XK_JDRQ"),
        valid_from=cells.day("XK_YXQZ"),
        valid_until=cells.open_day("XK_YXQZI"),
        authority=identities.authority(cells, "XK_XKJG", "XK_XKJGDM"),
        state=cells.choice("XK_ZT", _STATES),
        source=identities.source(cells, "XK_LYDW", "XK_LYDWDM"),
        remark=cells.optional("BZ"),
    )
