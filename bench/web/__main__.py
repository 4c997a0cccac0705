"""`python -m bench.web`: the whole benchmark, or with `--small` a quick look at a small company."""

from bench.web.run import main

main()
