"""Other libraries of the field, by the names that programs know them by."""
