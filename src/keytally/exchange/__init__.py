"""Files that people exchange become typed rows, and rows become files again.

Owns profile, canonical column and rejected row.
"""
