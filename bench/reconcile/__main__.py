"""`python -m bench.reconcile`: the whole benchmark, or with `--small` the one of CI."""

from bench.reconcile.run import main

main()
