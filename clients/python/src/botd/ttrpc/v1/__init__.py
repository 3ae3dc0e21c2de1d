"""The envelope of ttrpc."""
