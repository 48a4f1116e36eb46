from datetime import UTC, datetime

import pytest
from django.utils import translation

from desk import invitation_lists
from tests import factories

pytestmark = pytest.mark.django_db
UNTIL = datetime(2018, 10, 31, 11, 0, tzinfo=UTC)
HEAD = "jméno;e-mail;druh;organizace;obec;místa;jazyk\n"


def read(text):
    with translation.override("en"):
        return invitation_lists.read(text, UNTIL)


def rows(text):
    """What a list without a mistake invites, in short."""
    invitees, problems = read(text)
    assert problems == []
    return [(row.kind, row.name, row.email, row.organisation, row.places) for row in invitees]


def problems(text):
    return read(text)[1]


def test_people_towns_and_companies_are_read():
    kolin = factories.municipality(name="Kolín")
    text = (
        f"{HEAD}Cyrila Příkladná;Cyrila@Kolin.example;;;;;\n"
        "Jan Starosta;jan@kolin.example;město;;Kolín;2;cs\n"
        'Eva Partnerová;eva@firma.example;firma;"Ukázková; a.s.";;3;en\n'
    )

    assert rows(text) == [
        ("person", "Cyrila Příkladná", "cyrila@kolin.example", "", 1),
        ("city", "Jan Starosta", "jan@kolin.example", "", 2),
        ("firm", "Eva Partnerová", "eva@firma.example", "Ukázková; a.s.", 3),
    ]
    invitees, _problems = read(text)
    assert [row.town_id for row in invitees] == [None, kolin.pk, None]
    assert [row.language for row in invitees] == ["cs", "cs", "en"]
    assert {row.expires_at for row in invitees} == {UNTIL}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_spreadsheet_writes_is_read(encoding, separator, end):
    lines = [["Jméno a příjmení", "E-mail"], ["Žofie Říčná", "zofie@mesto.example"], []]
    content = end.join(separator.join(line) for line in lines).encode(encoding)

    text = invitation_lists.decoded(content)

    assert rows(text) == [("person", "Žofie Říčná", "zofie@mesto.example", "", 1)]


def test_columns_stand_in_any_order_and_others_are_left_out():
    text = "poznámka,email,name\nvolat,a@mesto.example,Anna\n"
    assert rows(text) == [("person", "Anna", "a@mesto.example", "", 1)]


def test_each_mistake_names_its_row_as_the_spreadsheet_does():
    factories.municipality(name="Písek", kraj=factories.kraj(code="CZ031", name="Jihočeský kraj"))
    factories.municipality(name="Písek", kraj=factories.kraj(code="CZ052", name="Hradecký kraj"))
    text = (
        f"{HEAD}Anna;a@mesto.example\n"
        "\n"
        ";b@mesto.example\n"
        "Dana;bez zavináče\n"
        "Eva;A@mesto.example\n"
        "Fík;f@mesto.example;papoušek\n"
        "Gita;g@mesto.example;město\n"
        "Hugo;h@mesto.example;firma\n"
        "Ivo;i@mesto.example;město;;Atlantida\n"
        "Jana;j@mesto.example;město;;Písek\n"
        "Karel;k@mesto.example;;;;0\n"
        "Lída;l@mesto.example;;;;;klingonsky\n"
        f"{'M' * 121};m@mesto.example\n"
    )

    invitees, found = read(text)

    towns = "Písek, Jihočeský kraj; Písek, Hradecký kraj"
    assert [row.name for row in invitees] == ["Anna"]
    assert found == [
        "Row 4: The name is missing.",
        "Row 5: No e-mail address: bez zavináče",
        "Row 6: The address stands in row 2, too.",
        "Row 7: Unknown kind: papoušek",
        "Row 8: The town that nominates is missing.",
        "Row 9: The company that nominates is missing.",
        "Row 10: The town is not on our list: Atlantida",
        f"Row 11: There is more than one; write one of these: {towns}.",
        "Row 12: Places are 1 to 50, not: 0",
        "Row 13: Unknown language: klingonsky",
        f"Row 14: Too long: {'M' * 30}…",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The list is empty."),
        ("name;email\n", "The list is empty."),
        ("A;a@b.cz\n", "The first row must name the columns, at least name and e-mail."),
        ("name;email\n" + "A;a@b.cz\n" * 1_001, "At most 1000 rows at once."),
    ],
)
def test_what_is_no_list_says_so(text, problem):
    assert problems(text) == [problem]


def test_raw_bytes_raise_nothing():
    for content in (b"\x00\xff\xfe", b'name;email\n"', b"\xed\xa0\x80;\x81\n", b";;;\n;;;"):
        assert problems(invitation_lists.decoded(content))
