"""Every row of an address file is checked, and a broken file is refused as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.neighbourhood.imports.address_rows import AddressFile, AddressRow, read_address_rows, state_code

COUNTY = "address,city,postcode,latitude,longitude\n"
ELM = "1 ELM ST,ROCHESTER,55901,44.01,-92.5\n"


def read(text: str, state: str = "MN") -> AddressFile:
    return read_address_rows(text, name="homes.csv", default_state=state)


def only_refusal(row: str, header: str = COUNTY) -> tuple[int, str, str, str, str]:
    read_file = read(header + "9 OAK ST,BYRON,55920,44.03,-92.64\n" + row + "\n")
    (refusal,) = read_file.refused
    return refusal.row, refusal.field, refusal.reason, refusal.value, refusal.expected


def test_the_county_layout_takes_the_default_state() -> None:
    assert read(COUNTY + ELM).accepted == [AddressRow("1 ELM ST", "ROCHESTER", "MN", "55901", -92.5, 44.01)]


def test_the_older_layout_names_its_state_in_full_and_has_no_postcode() -> None:
    older = "address,city,state,latitude,longitude\n925 Stone Slope Ln SW,Rochester,Minnesota,44.012024,-92.506588\n"
    assert read(older, state="IA").accepted == [
        AddressRow("925 Stone Slope Ln SW", "Rochester", "MN", None, -92.506588, 44.012024)
    ]


def test_columns_may_stand_in_any_order_under_their_usual_names() -> None:
    text = "Zip,LON,Lat,City,Address,Owner\n55901,-92.5,44.01,ROCHESTER,1 ELM ST,nobody\n"
    assert read(text).accepted == [AddressRow("1 ELM ST", "ROCHESTER", "MN", "55901", -92.5, 44.01)]


def test_an_empty_postcode_is_valid() -> None:
    assert read(COUNTY + "1 ELM ST,ROCHESTER,,44.01,-92.5\n").accepted[0].postcode == ""


def test_an_address_with_a_comma_and_a_line_break_in_quotes_keeps_row_numbers_right() -> None:
    text = COUNTY + '"1 ELM ST, UNIT 2",ROCHESTER,55901,44.01,-92.5\n"2 ELM\nST",ROCHESTER,55901,44,-92\nx\n'
    result = read(text)
    assert [row.address for row in result.accepted] == ["1 ELM ST, UNIT 2"]
    assert [(row.row, row.field) for row in result.refused] == [(4, "address"), (5, "row")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",BYRON,55920,44,-92", (3, "address", "is empty", "", "a text")),
        ("1 A ST,,55920,44,-92", (3, "city", "is empty", "", "a text")),
        (f"{'A' * 121},BYRON,,44,-92", (3, "address", "has 121 characters", "A" * 80, "120 characters at most")),
        ("1 A ST,BYRON,559.20,44,-92", (3, "postcode", "is not a postcode", "559.20", None)),
        ("1 A ST,BYRON,55920,north,-92", (3, "latitude", "is not a number", "north", "degrees from -90 to 90")),
        ("1 A ST,BYRON,55920,4_4,-92", (3, "latitude", "is not a number", "4_4", "degrees from -90 to 90")),
        ("1 A ST,BYRON,55920,,-92", (3, "latitude", "is empty", "", "degrees from -90 to 90")),
        ("1 A ST,BYRON,55920,-92,44", (3, "latitude", "is out of range", "-92", "degrees from -90 to 90")),
        ("1 A ST,BYRON,55920,44,nan", (3, "longitude", "is out of range", "nan", "degrees from -180 to 180")),
        ("1 A ST,BYRON,55920,0,0", (3, "latitude", "is 0 with longitude 0, which means no position", "0, 0", None)),
        ("1 A ST,BYRON,55920,44", (3, "row", "has 4 fields", "1 A ST,BYRON,55920,44", None)),
        ("1 A\tST,BYRON,55920,44,-92", (3, "address", "holds a control character", "1 AST", "printable text")),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_field_reason_and_what_was_expected(
    row: str, expected: tuple[object, ...]
) -> None:
    refusal = only_refusal(row)
    assert refusal[: 4 if expected[4] is None else 5] == expected[: 4 if expected[4] is None else 5]
    assert refusal[4]


def test_an_unknown_state_is_refused() -> None:
    header = "address,city,state,postcode,latitude,longitude\n"
    read_file = read(header + "1 A ST,BYRON,MN,55920,44,-92\n2 A ST,BYRON,Atlantis,55920,44,-92\n")
    assert [(row.row, row.field, row.value) for row in read_file.refused] == [(3, "state", "Atlantis")]


def test_a_repeated_row_counts_once_whatever_its_case_and_spacing() -> None:
    result = read(COUNTY + ELM + "1  elm st,Rochester,55901,44.01,-92.5\n")
    assert (len(result.accepted), result.duplicates, result.refused) == (1, 1, [])


def test_a_second_place_for_the_same_home_is_refused_and_the_first_stands() -> None:
    result = read(COUNTY + ELM + "1 ELM ST,ROCHESTER,55901,44.02,-92.5\n")
    assert [row.latitude for row in result.accepted] == [44.01]
    assert [(row.row, row.reason) for row in result.refused] == [(3, "is the home of line 2 at another place")]


def test_the_same_line_in_two_cities_is_two_homes() -> None:
    assert len(read(COUNTY + ELM + "1 ELM ST,BYRON,55920,44.03,-92.64\n").accepted) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("address,city\n1 A ST,BYRON\n", "header lacks latitude, longitude"),
        ("1 ELM ST,ROCHESTER,55901,44.01,-92.5\n", "header lacks address"),
        ("address,city,lat,latitude,longitude\n", "names the column latitude 2 times"),
        (COUNTY, "no usable row"),
        (COUNTY + "1 ELM ST,ROCHESTER,55901,x,-92.5\n", "no usable row"),
        (COUNTY + ELM + '2 ELM ST,"ROCHESTER,55901,44.01,-92.5\n', "is not CSV"),
        (COUNTY + ELM + "2 ELM ST,ROCHES", "line 3, the last one, is cut off"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole_and_says_why(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(text)


def test_a_file_without_a_last_line_break_is_taken_with_a_warning() -> None:
    result = read(COUNTY + ELM.strip())
    assert len(result.accepted) == 1
    assert result.warnings == ("the file does not end with a line break: its last row may be cut off",)


def test_a_last_number_cut_short_is_noticed_by_its_length() -> None:
    rows = "".join(f"{n} ELM ST,ROCHESTER,55901,44.01{n:05},-92.50{n:05}\n" for n in range(100))
    with pytest.raises(Invalid, match=r"line 101, the last one, looks cut off \('-92.'"):
        read(COUNTY + rows[: rows.rindex(".") + 1])


def test_an_unknown_default_state_is_refused() -> None:
    with pytest.raises(Invalid, match="default state 'XX'"):
        read(COUNTY + ELM, state="XX")


def test_states_are_known_by_code_and_by_name() -> None:
    assert [state_code(word) for word in ("mn", "Minnesota", "new  york", "DC", "ZZ", "")] == [
        "MN", "MN", "NY", "DC", None, None,
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_any_text_is_either_read_or_refused_as_invalid(tail: str) -> None:
    try:
        result = read(COUNTY + ELM + tail)
    except Invalid as error:
        assert "homes.csv" in error.message
    else:
        assert result.rows == len(result.accepted) + len(result.refused) + result.duplicates
