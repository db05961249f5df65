# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Red, black and watch lists (红黑名单): one row a subject and decision, `layouts/xinqiao-lists@1.toml`."""

from collections.abc import Mapping

from adapters.cell import Cells, parts
from adapters.identity import Identities, IdentityColumns
from federation.records.list_entry import ListEntry, ListKind
from federation.standards.catalogue import CodeSet

COLUMNS = IdentityColumns(
    name="MD_ZTMC",
    subject_class="MD_ZTLB",
    uscc="MD_SHXYM",
    representative="MD_FRDB",
    document_type="MD_ZJLX",
    document_number="MD_ZJHM",
)
# The numbers are those of the national site's list category.
_KINDS: Mapping[str, ListKind] = {
    "红名单": ListKind.RED,
    "守信红名单": ListKind.RED,
    "黑名单": ListKind.BLACK,
    "失信黑名单": ListKind.BLACK,
    "严重失信主体名单": ListKind.BLACK,
    "重点关注名单": ListKind.WATCH,
    "重点关注": ListKind.WATCH,
    "2": ListKind.RED,
    "4": ListKind.WATCH,
    "8": ListKind.BLACK,
}
_BETWEEN_PERSONS = ";；、，,"


def list_entry(cells: Cells, identities: Identities, fields: CodeSet) -> ListEntry:
    """Returns the list entry that a row states; `fields` turns the name of a field of regulation into its code.

    Raises:
        FieldFault: a cell cannot be translated; the field is a column's code, or a field of the record.
    """
    decided_on = cells.day("MD_RDRQ")
    return ListEntry(
        identity=identities.identity(cells),
        kind=cells.choice("MD_LB", _KINDS),
        list_name=cells.required("MD_MC"),
        field=cells.code("MD_LY", fields),
        standard=cells.required("MD_BZH"),
        reason=cells.required("MD_SY"),
        basis=cells.required("MD_YJ"),
        document_number=cells.required("MD_WH"),
        authority=identities.authority(cells, "MD_DW", "MD_DWDM"),
        decided_on=decided_on,
        valid_from=cells.day("MD_SXRQ"),
        valid_until=cells.optional_open_day("MD_YXQZ"),
        responsible_persons=parts(cells.optional("MD_ZRR") or "", _BETWEEN_PERSONS),
        source=identities.source(cells, "MD_LYDW", "MD_LYDWDM"),
        remark=cells.optional("BZ"),
        measures=parts(cells.optional("MD_CS") or "", _BETWEEN_PERSONS),
        notified_on=cells.optional_day("MD_GZRQ"),
        publicised_from=cells.optional_day("MD_GSRQ"),
    )
