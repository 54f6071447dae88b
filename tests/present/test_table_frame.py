import builtins
from typing import Any
from unittest import mock

import pytest
from present.samples import TABLES

from eyeshot.present.table_frame import table_frame


def test_frame_has_one_row_for_each_layer() -> None:
    frame = table_frame(TABLES["alexnet"])
    assert list(frame["name"]) == [row.name for row in TABLES["alexnet"].rows]
    assert list(frame["y_size"]) == [11, 19, 51, 67, 99, 131, 163, 195, 355, 355]
    assert list(frame["x_start"][:3]) == [5.5, 9.5, 9.5]


def test_frame_of_odd_rows() -> None:
    frame = table_frame(TABLES["odd"]).set_index("name")
    assert len(frame) == len(TABLES["odd"].rows)
    assert frame["y_local_size"].isna()["deform"]
    assert frame["y_n"].isna()["buffer"]
    assert str(frame["y_local_size"].dtype) == "Int64"


def test_missing_pandas_names_the_extra() -> None:
    real = builtins.__import__

    def without_pandas(name: str, *rest: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    with (
        mock.patch.object(builtins, "__import__", without_pandas),
        pytest.raises(ImportError, match=r"`to_frame` needs pandas; install it with `pip install eyeshot\[frame\]`"),
    ):
        table_frame(TABLES["alexnet"])
