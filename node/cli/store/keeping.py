# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`backup`, `restore` and `migrate`: a store is kept safe, brought back, and brought up to a new version."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from node.assemble.backup.restoring import Restored
from node.assemble.backup.restoring import restore as restore_backup
from node.assemble.backup.saving import Saved, save
from node.assemble.backup.upgrading import Upgraded, upgrade
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import Document, print_facts, print_json, print_text
from node.config import load_config

MEBIBYTE = 1024 * 1024
_OLD_COPY = (
    "备份之后签署的内容不在其中：启动时节点会询问镜像，镜像掌握更多时拒绝签署；"
    "此时执行 xinqiao feed refill --from PEER",
    "What was signed since is not in it: at start the node asks its mirrors, and signs nothing while one knows more; "
    "then: xinqiao feed refill --from PEER",
)

TargetArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR|FILE]",
        help="已有文件夹或新文件名；默认为节点目录下 backups / "
        "A folder that is there, or a new file; default: backups/ in the node's folder",
    ),
]
WithKeysOption = Annotated[
    bool,
    typer.Option(
        "--with-keys",
        help="另存密钥、配置和规则：持有者即可冒充本节点 / "
        "Also keys, configuration and rules: whoever has them is the node",
    ),
]
BackupArgument = Annotated[
    Path, typer.Argument(metavar="BACKUP", help="备份的 .db 文件或其清单 / The .db file of a backup, or its manifest")
]
ReplaceOption = Annotated[
    bool,
    typer.Option("--replace", help="现有存储改名保留后替换 / Replace the store that is there; it is kept, renamed"),
]
NoBackupOption = Annotated[
    bool, typer.Option("--no-backup", help="升级前不备份（不建议）/ No backup first: only if one was just made")
]


def backup(
    to: TargetArgument = None,
    with_keys: WithKeysOption = False,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """备份存储，运行中也可以 / Back the store up, also while the node is served."""
    config = load_config(node)
    with _bar("备份 / backing up") as told:
        saved = save(config, to, told, with_keys=with_keys)
    if as_json:
        print_json(_saved_document(saved))
    else:
        print_facts("备份已完成 / The backup is made", _saved_facts(saved))


def restore(
    backup: BackupArgument, replace: ReplaceOption = False, node: NodeFolder = CURRENT, as_json: AsJson = False
) -> None:
    """从备份恢复存储 / Bring the store back from a backup."""
    config = load_config(node)
    with _bar("恢复 / restoring") as told:
        restored = restore_backup(config, backup, told, replace=replace)
    if as_json:
        print_json(_restored_document(restored))
        return
    facts = [
        ("存储 / store", restored.place),
        ("条目 / entries", str(restored.entries)),
        ("原存储 / kept", restored.kept or "—"),
    ]
    if restored.migrated_from:
        facts.append(("已升级 / migrated from", restored.migrated_from))
    if restored.erased:
        facts.append(("再次销毁 / erased again", str(restored.erased)))
    print_facts("存储已恢复 / The store is restored", facts)
    for line in _OLD_COPY:
        print_text(line)


def migrate(no_backup: NoBackupOption = False, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """升级存储到本版本，先自动备份 / Bring an older store up to this version; a backup is made first."""
    config = load_config(node)
    with _bar("升级前备份 / backing up first") as told:
        done = upgrade(config, told, with_backup=not no_backup)
    if as_json:
        print_json({"before": done.before, "after": done.after, "backup": str(done.saved.path) if done.saved else None})
    elif done.before == done.after:
        print_text(f"存储已是本版本，无需升级 / The store is of this version already: {done.after}")
    else:
        print_facts("存储已升级 / The store is brought up", _upgraded_facts(done))


def _upgraded_facts(done: Upgraded) -> list[tuple[str, str]]:
    backup = str(done.saved.path) if done.saved else "—"
    return [("版本 / version", f"{done.before} → {done.after}"), ("备份 / backup", backup)]


def _saved_document(saved: Saved) -> Document:
    manifest = saved.manifest
    return {
        "backup": str(saved.path),
        "bytes": manifest.store.bytes,
        "sha256": manifest.store.sha256,
        "revision": manifest.revision,
        "feeds": None if manifest.feeds is None else len(manifest.feeds),
        "entries": manifest.entries,
        "keys": str(saved.keys) if saved.keys else None,
    }


def _saved_facts(saved: Saved) -> list[tuple[str, str]]:
    manifest = saved.manifest
    facts = [
        ("文件 / file", str(saved.path)),
        ("大小 / size", f"{manifest.store.bytes / MEBIBYTE:.1f} MiB"),
        ("校验和 / SHA-256", manifest.store.sha256),
        ("条目 / entries", str(manifest.entries)),
    ]
    if saved.keys:
        facts.append(("密钥 / keys", f"{saved.keys}: 须另行妥善保管 / keep it apart, and closed to others"))
    return facts


def _restored_document(restored: Restored) -> Document:
    return {
        "store": restored.place,
        "backup_sha256": restored.manifest.store.sha256,
        "entries": restored.entries,
        "kept": restored.kept,
        "migrated_from": restored.migrated_from,
        "erased": restored.erased,
    }


@contextmanager
def _bar(text: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while it is a terminal; nothing elsewhere."""
    shown = Console(stderr=True)
    if not shown.is_terminal:
        yield lambda _done, _total: None
        return
    with Bar(console=shown, transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
