"""The matching engine: named SQL steps over Parquet behind one interface; no Django."""
