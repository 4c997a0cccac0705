"""What do other tools find in the same files? Each reads the same Parquet, maps the codes and writes its links."""
