# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""After a move the configuration names the new store, and says everything else as before, comments included."""

from pathlib import Path

import pytest

from federation.errors import ConfigFault
from node.assemble.upkeep.moving import section_for, switch_store
from node.config import StoreSection, load_config

NODE = '[node]\nid = "330100"\nfederation = "delta.example"\n'
URL = "postgresql:///credit?host=/run/postgresql"
DATABASE = StoreSection(postgres=URL, postgres_schema="hangzhou")
STORE = f'postgres = "{URL}"\npostgres_schema = "hangzhou"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NODE, f"{NODE}\n[store]\n{STORE}"),
        (f"{NODE}# kept", f"{NODE}# kept\n\n[store]\n{STORE}"),
        (f'[store]\npath = "old.db"\n{NODE}', f"[store]\n{STORE}{NODE}"),
        (f"[store] # ours\n# kept\n\n{NODE}", f"[store] # ours\n{STORE}# kept\n\n{NODE}"),
        (f'{NODE}[store]\npostgres = "postgresql:///old"\n', f"{NODE}[store]\n{STORE}"),
        (f'{NODE}[store]\n[[feed]]\nname = "a"\ndataset = "lists"\n', None),
    ],
)
def test_only_the_store_is_edited(tmp_path: Path, before: str, after: str | None) -> None:
    """Whatever stands in the section already, and wherever it stands."""
    path = tmp_path / "xinqiao.toml"
    path.write_text(before)
    config = load_config(tmp_path)

    switch_store(config, DATABASE)

    assert config.model_copy(update={"store": DATABASE}) == load_config(tmp_path)
    assert after in {None, path.read_text()}


def test_what_cannot_be_edited_stays(tmp_path: Path) -> None:
    """A configuration written in another way is left as it is, and the operator is told what to write."""
    path = tmp_path / "xinqiao.toml"
    path.write_text(f'store = {{ path = "old.db" }}\n{NODE}')

    with pytest.raises(ConfigFault, match=r"CONFIG_INVALID.*mend: set postgres; postgres_schema there by hand"):
        switch_store(load_config(tmp_path), DATABASE)

    assert f'store = {{ path = "old.db" }}\n{NODE}' == path.read_text()


def test_places_are_named_as_a_person_means_them(tmp_path: Path) -> None:
    """A file in the node's folder by its name there, another one by its whole path, a database by its URL."""
    (tmp_path / "xinqiao.toml").write_text(NODE)
    config = load_config(tmp_path)

    assert StoreSection(path="new.db") == section_for(config, str(tmp_path / "new.db"), None)
    assert StoreSection(path="/var/new.db") == section_for(config, "/var/new.db", None)
    assert DATABASE == section_for(config, URL, "hangzhou")
    assert StoreSection(postgres=URL) == section_for(config, URL, None)


@pytest.mark.parametrize(("url", "schema"), [("postgresql://a b", None), (URL, 'x"; drop'), ("postgresql:", None)])
def test_a_malformed_place_is_refused(tmp_path: Path, url: str, schema: str | None) -> None:
    """Before anything is opened."""
    (tmp_path / "xinqiao.toml").write_text(NODE)

    with pytest.raises(ConfigFault, match="CONFIG_INVALID"):
        section_for(load_config(tmp_path), url, schema)
