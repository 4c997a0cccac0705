"""`python -m bench.workbench`: the whole benchmark, or with `--small` a quick look at 20,000 lines a side."""

from bench.workbench.run import main

main()
