import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session", params=["easy", "hard"])
def world(request, tmp_path_factory):
    from bench.reconcile.generate import World, generate

    return generate(World(20_000, request.param, seed=7), out=tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def hard_world(tmp_path_factory):
    from bench.reconcile.generate import World, generate

    return generate(World(100_000, "hard", seed=11), out=tmp_path_factory.mktemp("whole"), formats=("parquet", "csv"))
