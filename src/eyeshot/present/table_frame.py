"""The table as a pandas data frame; pandas is loaded only here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eyeshot.analyses.results import Table
from eyeshot.present.table_csv import flat_table

if TYPE_CHECKING:
    import pandas

__all__ = ["table_frame"]


def table_frame(table: Table) -> pandas.DataFrame:
    """The table as a data frame: one row for each layer, columns as in the CSV.

    Parameters
    ----------
    table : Table
        What to show.

    Returns
    -------
    pandas.DataFrame
        Integer columns that have gaps (`period`, `local_size`) are of pandas' nullable type.

    Raises
    ------
    ImportError
        If pandas is not installed; the message names the extra.
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError("`to_frame` needs pandas; install it with `pip install eyeshot[frame]`") from error
    headings, rows = flat_table(table)
    return pandas.DataFrame(rows, columns=headings).convert_dtypes()
