"""A small Django application, with the migrations it grew by."""
