"""The commands of ``samsyn``: twins of Review's methods, one file per part of the work."""
