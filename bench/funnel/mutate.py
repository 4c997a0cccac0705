"""Do the tests of the gates notice when a rule is wrong? Breaks the rules one place at a time and runs their tests.

    python -m bench.funnel.mutate [--most N]

Each change of an operator, a constant or a truth is one mutant; the table of cases and the properties have to fail on
it. Prints the mutants that nobody noticed, and the score.
"""

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ROOT / "src" / "keytally" / "funnel" / "rules"
FILES = ("gates.py", "evidence.py", "decision.py", "closing.py", "stages.py", "changing.py")
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
}  # fmt: skip


class Breaker(ast.NodeTransformer):
    """Breaks the nth place that can be broken."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen, self.what = wanted, -1, ""

    def _hit(self, node: ast.AST, what: str) -> bool:
        self.seen += 1
        if self.seen == self.wanted:
            self.what = f"line {getattr(node, 'lineno', 0)}: {what}"
            return True
        return False

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for place, operator in enumerate(node.ops):
            if type(operator) in SWAPS and self._hit(node, ast.unparse(node)):
                node.ops[place] = SWAPS[type(operator)]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._hit(node, ast.unparse(node)):
            node.op = SWAPS[type(node.op)]()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if (
            type(node.op) in SWAPS
            and not isinstance(node.left, ast.Name | ast.Constant) | isinstance(node.right, ast.Constant)
            and self._hit(node, ast.unparse(node))
        ):
            node.op = SWAPS[type(node.op)]()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and self._hit(node, ast.unparse(node)):
            return node.operand
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool) and self._hit(node, repr(node.value)):
            return ast.copy_location(ast.Constant(not node.value), node)
        if type(node.value) is int and self._hit(node, repr(node.value)):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        other = {"all": "any", "any": "all", "max": "min", "min": "max"}.get(getattr(node.func, "id", ""))
        if other and self._hit(node, ast.unparse(node)):
            node.func = ast.copy_location(ast.Name(other, ast.Load()), node.func)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        # What decorates a class says how it is stored, not what it decides.
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        return node


def mutants(text: str) -> Iterator[tuple[str, str]]:
    """Break a text at every place, one at a time."""
    tree = ast.parse(text)
    for number in range(10_000):
        breaker = Breaker(number)
        broken = breaker.visit(deepcopy(tree))
        if not breaker.what:
            return
        yield breaker.what, ast.unparse(ast.fix_missing_locations(broken))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=10_000)
    most = parser.parse_args().most
    killed, alive = 0, []
    with tempfile.TemporaryDirectory(prefix="keytally-mutants-") as folder:
        house = Path(folder) / "keytally"
        shutil.copytree(ROOT / "src" / "keytally" / "kernel", house / "kernel")
        shutil.copytree(RULES, house / "funnel" / "rules")
        for package in (house, house / "funnel", house / "funnel" / "rules"):
            (package / "__init__.py").write_text("")
        test = Path(folder) / "test_rules.py"
        shutil.copy(RULES.parent / "tests" / "test_rules.py", test)
        if not _passes(folder, test):
            sys.exit("The tests of the rules fail before anything was broken.")
        for name in FILES:
            path = house / "funnel" / "rules" / name
            whole = path.read_text()
            for what, broken in list(mutants(whole))[:most]:
                path.write_text(broken)
                if _passes(folder, test):
                    alive.append(f"{name} {what}")
                else:
                    killed += 1
            path.write_text(whole)
    for survivor in alive:
        print("not noticed:", survivor)
    print(f"BENCH funnel_mutants_noticed {killed} of {killed + len(alive)}")


def _passes(folder: str, test: Path) -> bool:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
        "-p",
        "no:xdist",
    ]
    command += ["-c", "/dev/null", "--rootdir", folder, "--hypothesis-seed=1", str(test)]
    env = {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    try:
        ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        # A rule that never ends is noticed too.
        return False
    return ran.returncode == 0


if __name__ == "__main__":
    main()
