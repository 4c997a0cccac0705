"""How much of the truth did a reconciliation find?

    python bench/reconcile/score.py bench/data/1M-easy keytally-out

reads links.parquet and residuals.parquet (docs/formats; a line absent from the residuals is MATCHED) and compares them
with DATA/truth. Lines that nobody could tell apart (twins) are compared as sets; links of lines that the papers cannot
decide count neither way.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Score:
    """What was found: shares from 0 to 1, the kinds of fault that fail, and the worst confusions of classes.

    `class_accuracy` counts the lines whose true class is not MATCHED; `false_residuals` the truly MATCHED lines that
    were given another class.
    """

    precision: float
    recall: float
    class_accuracy: float | None
    links_said: int
    links_true: int
    links_right: int
    residuals_true: int = 0
    residuals_right: int = 0
    false_residuals: int = 0
    kinds: list[dict[str, object]] = field(default_factory=list)
    confusion: list[dict[str, object]] = field(default_factory=list)


def score(data: Path, out: Path, *, threads: int = 2) -> Score:
    """Compare a reconciliation's output with the truth."""
    con = duckdb.connect(config={"threads": threads, "memory_limit": "8GB", "preserve_insertion_order": False})
    con.execute("SET VARIABLE truth = $truth", {"truth": str(data / "truth")})
    con.execute("SET VARIABLE out = $out", {"out": str(out)})
    script(con, "score_said" if names_files(con, out) else "score_said_bare")
    script(con, "score_links")
    said, true, right = con.execute("FROM link_counts").fetchone()
    has_classes = (out / "residuals.parquet").exists()
    script(con, "score_classes" if has_classes else "score_no_classes")
    residuals, residuals_right, false_residuals = con.execute("FROM class_counts").fetchone()
    return Score(
        precision=right / said if said else 0.0,
        recall=right / true if true else 0.0,
        class_accuracy=residuals_right / residuals if has_classes and residuals else None,
        links_said=said,
        links_true=true,
        links_right=right,
        residuals_true=residuals,
        residuals_right=residuals_right,
        false_residuals=false_residuals,
        kinds=records(con, "FROM kinds ORDER BY links_missed + links_wrong + lines_wrong DESC, kind"),
        confusion=records(con, "FROM confusion ORDER BY lines DESC, kind, said LIMIT 40"),
    )


def names_files(con: duckdb.DuckDBPyConnection, out: Path) -> bool:
    """Tell keytally's links from bare pairs of record numbers."""
    cursor = con.execute("SELECT * FROM read_parquet($path) LIMIT 0", {"path": str(out / "links.parquet")})
    return "ours_file" in [column[0] for column in cursor.description]


def script(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run a file of named steps."""
    con.execute((HERE / "sql" / f"{name}.sql").read_text())


def records(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    """Fetch rows as dictionaries."""
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def show(result: Score) -> None:
    """Print a score for people: the figures, then every kind that is not perfect, then the confusions."""
    print(f"links: precision {result.precision:.6f}  recall {result.recall:.6f}", end="  ")
    print(f"(said {result.links_said}, true {result.links_true}, right {result.links_right})")
    if result.class_accuracy is not None:
        print(f"classes of residuals: {result.class_accuracy:.5f}", end="  ")
        print(f"({result.residuals_right} of {result.residuals_true}", end="; ")
        print(f"{result.false_residuals} matched lines called otherwise)")
    failing = [kind for kind in result.kinds if kind["links_missed"] or kind["links_wrong"] or kind["lines_wrong"]]
    print(f"\n{'kind of fault':58}{'links':>9}{'missed':>8}{'wrong':>8}{'lines':>10}{'wrong':>8}")
    for kind in failing:
        print(
            f"{kind['kind']!s:58}{kind['links']:>9}{kind['links_missed']:>8}{kind['links_wrong']:>8}"
            f"{kind['lines']:>10}{kind['lines_wrong']:>8}"
        )
    print(f"\n{'lines':>7}  {'side':7}{'true':18}{'said':18}kind of fault")
    for row in result.confusion:
        print(f"{row['lines']:>7}  {row['side']:7}{row['class']:18}{row['said']:18}{row['kind']}", end="  ")
        print(f"e.g. rows {row['examples']}")


def main() -> None:
    """Read the arguments, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = score(given.data, given.out)
    if given.json:
        json.dump(asdict(result), sys.stdout, indent=1)
    else:
        show(result)


if __name__ == "__main__":
    main()
