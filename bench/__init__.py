"""How fast and how right is it, beside its peers and beside the floor? Generators and benchmarks, `make bench-NAME`."""
