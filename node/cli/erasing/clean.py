# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`store clean`: nothing of what was erased lingers in the store's files."""

import typer

from node.assemble.cleaning import clean_store
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import ExitCode, print_facts, print_json, sign_of_life
from node.config import load_config


def clean(node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """重写存储文件，清除删除残迹；须先停止节点 / Rewrite the store's files after erasures; stop the node first."""
    config = load_config(node)
    with sign_of_life("清理 / cleaning"):
        done = clean_store(config)
    if as_json:
        print_json({"before_bytes": done.before_bytes, "after_bytes": done.after_bytes, "clean": done.whole})
    else:
        words = (
            "✓"
            if done.whole
            else "有人在读，或数据库角色无权执行 CHECKPOINT / somebody reads, or no right to CHECKPOINT"
        )
        facts = [
            ("此前字节 / bytes before", str(done.before_bytes)),
            ("现在字节 / bytes now", str(done.after_bytes)),
            ("结果 / result", words),
        ]
        print_facts("存储已清理 / Store cleaned", facts)
    if not done.whole:
        raise typer.Exit(ExitCode.UNAVAILABLE)
