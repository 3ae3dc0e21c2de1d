"""Generates the typed calls of the botd package from the schema. Needs the standard library alone."""
