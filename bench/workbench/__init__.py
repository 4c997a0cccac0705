"""The workbench at a million lines a side, in a real browser and with twenty people at once."""
