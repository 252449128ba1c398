"""Pasted lists and CSV files of teams."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.events.model import Member
from pitchscoop.organizing.rosters import MOST_ROWS, Roster, TeamRow, read_roster


def names(roster: Roster) -> list[str]:
    assert roster.errors == ()
    return [team.name for team in roster.teams]


def wrong(roster: Roster) -> list[tuple[int, str, str]]:
    return [(error.row, error.field, error.message) for error in roster.errors]


def test_a_list_with_one_name_a_line() -> None:
    assert names(read_roster("Ørsted\n\n  فريق النور \n🚀 Team\n")) == ["Ørsted", "فريق النور", "🚀 Team"]


def test_commas_in_a_few_names_of_a_list_are_part_of_the_name() -> None:
    assert names(read_roster("Alpha\nFoo, Inc.\nBeta")) == ["Alpha", "Foo, Inc.", "Beta"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_any_separator_any_line_end_and_a_byte_order_mark(separator: str, end: str, begin: str) -> None:
    lines = [["Name", "Track", "Members"], ["A", "Climate", "Ada <ada@x.example>"], ["B", "", ""]]
    found = read_roster(begin + end.join(separator.join(line) for line in lines) + end, tracks=["Climate"])
    assert found.errors == ()
    assert found.teams == (
        TeamRow(2, "A", "Climate", (Member(name="Ada", email="ada@x.example"),)),
        TeamRow(3, "B"),
    )


def test_the_first_mark_of_most_lines_separates_and_others_may_stand_in_cells() -> None:
    semicolons = read_roster("A;Climate;ada@x.example, bob@y.example\nB, Inc.;Health;\nC;Climate;")
    assert names(semicolons) == ["A", "B, Inc.", "C"]
    assert [member.email for member in semicolons.teams[0].members] == ["ada@x.example", "bob@y.example"]
    commas = read_roster('A,Climate,"ada@x.example; bob@y.example"\nB,Health,cem@z.example;dee@z.example')
    assert [len(team.members) for team in commas.teams] == [2, 2]


def test_columns_in_any_order_and_columns_of_no_use() -> None:
    found = read_roster("E-Mail,Website,Team name,Category\na@x.example,https://x,Alpha,Health\n")
    assert found == Roster(
        (TeamRow(2, "Alpha", "Health", (Member(name="a@x.example", email="a@x.example"),)),), (), ("Website",)
    )


def test_members_in_columns_of_their_own_with_their_addresses_beside() -> None:
    header = "team,member 1,email 1,member 2,email 2\n"
    found = read_roster(header + "Alpha,Ada,ada@x.example,Bob,\nBeta,Cem,cem@x.example,Dee,dee@x.example")
    assert [[(who.name, who.email) for who in team.members] for team in found.teams] == [
        [("Ada", "ada@x.example"), ("Bob", None)],
        [("Cem", "cem@x.example"), ("Dee", "dee@x.example")],
    ]


def test_two_members_and_two_addresses_belong_together_and_else_an_address_is_somebody() -> None:
    header = "name;members;emails\n"
    two = read_roster(header + "A;Ada, Bob;ada@x.example, bob@x.example").teams[0]
    assert [(who.name, who.email) for who in two.members] == [("Ada", "ada@x.example"), ("Bob", "bob@x.example")]
    odd = read_roster(header + "A;Ada, Bob;ada@x.example").teams[0]
    assert [who.name for who in odd.members] == ["Ada", "Bob", "ada@x.example"]


def test_quotes_commas_and_line_breaks_in_cells() -> None:
    found = read_roster('name,members\n"The ""Best"", Team","Ada\nBob"\nB,\n')
    assert names(found) == ['The "Best", Team', "B"]
    assert [who.name for who in found.teams[0].members] == ["Ada", "Bob"]
    assert [team.row for team in found.teams] == [2, 3]


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "'=1"])
def test_formulas_are_text(formula: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["name", "track"], [formula, "x"]])
    assert names(read_roster(out.getvalue())) == [formula]


def test_the_separator_that_excel_names_in_a_first_line() -> None:
    assert [team.row for team in read_roster("sep=;\r\nname;track\r\nA;x\r\n").teams] == [3]


def test_errors_are_told_row_by_row_and_the_rest_can_be_used() -> None:
    found = read_roster(
        "name,track,members\n"
        "Alpha,Climate,\n"
        ",Climate,Ada\n"
        "ALPHA,,\n"
        f"{'x' * 201},,\n"
        "Gamma,Sports,\n"
        "Delta,climate,ada@nowhere\n"
        "Existing,,\n"
        "Epsilon,,,,,extra\n"
        "Zeta,,\n",
        tracks=["Climate", "Health"],
        taken=["existing"],
    )
    assert [team.name for team in found.teams] == ["Alpha", "Zeta"]
    assert wrong(found) == [
        (3, "name", "The name is missing."),
        (4, "name", "Row 2 has the same name."),
        (5, "name", f"'{'x' * 40}'… has 201 characters. Up to 200 can be used."),
        (6, "track", "There is no track 'Sports'. Use Climate, Health."),
        (7, "members", "'ada@nowhere' is not an e-mail address, such as ada@example.org."),
        (8, "name", "There is already a team 'Existing' in this event."),
        (9, "row", "This row has more than 3 cells. Put a cell with a separator in it in quotation marks."),
    ]


def test_tracks_are_found_whatever_their_capitals() -> None:
    assert read_roster("A,CLIMATE\nB,Climate", tracks=["Climate"]).teams[0].track == "Climate"


def test_a_quotation_mark_that_does_not_end_is_told_where_it_begins() -> None:
    found = read_roster('name,track\nA,x\n"B,x\nC,x\n')
    assert [team.name for team in found.teams] == ["A"]
    assert wrong(found) == [
        (3, "row", "A quotation mark begins here and does not end: all below it was read as one. Close it.")
    ]


def test_text_behind_a_closing_quotation_mark_spoils_its_row_only() -> None:
    found = read_roster('name,track\n"The "Best" Team",x\nC,x\n')
    assert [(team.row, team.name) for team in found.teams] == [(3, "C")]
    assert [row for row, _, _ in wrong(found)] == [2]


@pytest.mark.parametrize("text", ["", "\ufeff", "\n \n", "name,track\n", ",,\n"])
def test_nothing_in_it(text: str) -> None:
    found = read_roster(text)
    assert (found.teams, [error.message for error in found.errors]) == (
        (),
        ["There is no team in it. Write one team a line."],
    )


def test_control_characters_and_too_many_members() -> None:
    crowd = ";".join(f"m{number}@x.example" for number in range(51))
    found = read_roster(f'name,members\n"a\nb",\nc\x00d,\nE,"{crowd}"')
    assert [(row, field) for row, field, _ in wrong(found)] == [(2, "name"), (3, "name"), (4, "members")]


def test_ten_thousand_rows_are_read_in_a_second_or_two_and_one_more_is_refused() -> None:
    lines = [f"Team {number},Climate,Ada <ada{number}@x.example>" for number in range(MOST_ROWS)]
    began = time.perf_counter()
    found = read_roster("name,track,members\n" + "\n".join(lines), tracks=["Climate"], taken=["Team 7"])
    took = time.perf_counter() - began
    print(f"\n{MOST_ROWS} rows in {took:.2f} s")
    assert len(found.teams) == MOST_ROWS - 1
    assert [error.row for error in found.errors] == [9]
    assert took < 5
    too_many = read_roster("\n".join([*lines, "One more,Climate"]))
    assert (too_many.teams, too_many.errors[0].row) == ((), MOST_ROWS + 1)


@given(text=st.text(alphabet=st.sampled_from('ab,;\t"\n\r \ufeff=@.<>é\x00|'), max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    found = read_roster(text, tracks=["a"], taken=["b"])
    assert found.teams or found.errors
    assert not {team.row for team in found.teams} & {error.row for error in found.errors}


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='"'), min_size=1, max_size=30).filter(
            str.strip
        ),
        min_size=1,
        max_size=20,
        unique_by=lambda name: name.strip().casefold(),
    )
)
def test_what_a_csv_writer_writes_is_read_back(written: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["Team name", "Track"], *([name, ""] for name in written)])
    assert names(read_roster(out.getvalue())) == [name.strip() for name in written]
