"""The Czech order is one order: PostgreSQL's ICU and our SQLite collation agree."""

import random
import sqlite3

import pytest
from django.db import connection

from config import sqlite

WORDS = ["Cheb", "Hlinsko", "Chrudim", "Ivančice", "Čáslav", "Cvikov", "České Budějovice", "Chodov"]
WORDS += ["Český Krumlov", "Česká Lípa", "česká lípa", "Řevnice", "Rokycany", "Rýmařov", "Žďár"]
WORDS += ["Zlín", "Šumperk", "Stříbro", "Ústí nad Labem", "Uherský Brod", "Úvaly", "Dačice"]
WORDS += [
    "Ďáblice",
    "Písek",
    "Pisek",
    "písek",
    "Praha 10",
    "Praha 2",
    "Praha-východ",
    "Praha, Troja",
]
IN_ORDER = [
    *("Cvikov", "Čáslav", "Česká Lípa", "České Budějovice", "Český Krumlov", "Hlinsko"),
    *("Cheb", "Chodov", "Chrudim", "Ivančice", "Rokycany", "Rýmařov", "Řevnice", "Šumperk"),
]
LETTERS = "aAáÁbcCčČdĎďeéěEhHiíjklmnňoóöOrřŘsšŠtťuúůüÚvyýzžŽ -'.,()&/09"


def sorted_by_sqlite(words: list[str]) -> list[str]:
    with sqlite3.connect(":memory:") as database:
        database.create_collation(sqlite.COLLATION, sqlite.compare)
        database.execute("CREATE TABLE words (word TEXT)")
        database.executemany("INSERT INTO words VALUES (?)", [(word,) for word in words])
        rows = database.execute(
            f'SELECT word FROM words ORDER BY word COLLATE "{sqlite.COLLATION}"'
        )
        return [word for (word,) in rows]


def test_order_is_that_of_a_czech_dictionary() -> None:
    shuffled = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    assert sorted_by_sqlite(shuffled) == IN_ORDER


def test_capital_follows_small_and_marks_break_ties() -> None:
    words = ["Písek", "písek", "Pisek", "pisek"]
    assert sorted_by_sqlite(words) == ["pisek", "Pisek", "písek", "Písek"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_order_is_that_of_postgres() -> None:
    chance = random.Random(2018)
    made = {"".join(chance.choices(LETTERS, k=chance.randint(1, 7))) for _n in range(2_000)}
    words = [*WORDS, *sorted(made)]
    with connection.cursor() as cursor:
        query = f'SELECT w FROM unnest(%s::text[]) w ORDER BY w COLLATE "{sqlite.COLLATION}"'
        cursor.execute(query, [words])
        expected = [word for (word,) in cursor.fetchall()]
    assert sorted_by_sqlite(words) == expected


@pytest.mark.django_db
def test_order_works_on_this_database() -> None:
    # On SQLite only because the settings register it for every connection.
    from django.db.models.functions import Collate

    from events.models import Region

    for number, name in enumerate(["Chebsko", "Čáslavsko", "Cvikovsko", "Hlinecko"], start=1):
        Region.objects.create(code=f"CZ9{number}", name=name)
    ordered = Region.objects.order_by(Collate("name", sqlite.COLLATION))
    names = list(ordered.values_list("name", flat=True))
    assert names == ["Cvikovsko", "Čáslavsko", "Hlinecko", "Chebsko"]
