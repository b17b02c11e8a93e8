"""The government revenue and expenditure classifications of a year."""

from reportgen.catalog.catalog import LEVELS, Catalog, Classification, ancestors, load_catalog

__all__ = ["LEVELS", "Catalog", "Classification", "ancestors", "load_catalog"]
