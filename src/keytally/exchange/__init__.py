"""Files that people exchange become typed rows, and rows become files again; owns profile, canonical column and rejected row."""
