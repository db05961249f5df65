# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Local sources into records: one file for each kind of table, one verb, `translate`.

Adapters translate and nothing else. What a file says becomes the record that says the same, or a refusal with row,
column and reason. Whether the record is true to the rules (check digits, catalogues, conditional fields, dates against
today) is asked later, by `federation.rules.admission`, so an adapter refuses only what cannot be translated.

    open_source      reading/table.py   a file -> header and rows of text (CSV, XLSX)
    recognise_table  layout.py          a header -> which kind of table it is
    translate        translate.py       a table -> Translated | Untranslated, one for each row, lazily
    RefusedRows      refused.py         refusals -> a file that can be mended and imported again
"""
