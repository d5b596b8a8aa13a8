#!/usr/bin/env python3
"""Prints the files it is given, each after those it imports: the type dump knows a base class only if it came first."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

modules = {Path(name).with_suffix("").as_posix().replace("/", "."): name for name in sys.argv[1:]}
needs = {
    name: [modules[node.module] for node in ast.walk(ast.parse(Path(name).read_text()))
           if isinstance(node, ast.ImportFrom) and node.module in modules]
    for name in modules.values()
}  # fmt: skip
print("\n".join(TopologicalSorter(needs).static_order()))
